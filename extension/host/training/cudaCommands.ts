import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import { receiveEvents } from '../../contract/boundary.js';
import type { ErrorValue } from '../../contract/errors.js';
import {
  installerEventSchemas,
  installerSchemas,
  type InstallerCalls,
  type InstallerEvents,
} from '../../contract/installer.js';
import { bytes as sized } from '../describe.js';
import type { ErrorMessages } from '../errors.js';
import { proxyVariables } from '../../processes/proxyVariables.js';
import { startEngineProcess, type EngineProcess } from '../../processes/engineProcess.js';

export interface CudaServices {
  readonly bundle: string;
  readonly errors: ErrorMessages;
  readonly log: vscode.LogOutputChannel;
}

export const cudaCommandTable = (services: CudaServices) => ({
  [commandIds.installCuda]: () => withInstaller(services, install),
  [commandIds.removeCuda]: () => withInstaller(services, remove),
});

interface Installer {
  readonly calls: InstallerCalls;
  /** Sets the receiver of download progress. */
  readonly whileFetching: (tell: InstallerEvents['fetched']) => void;
}

/** One process for one command; it ends with it. */
async function withInstaller(
  services: CudaServices,
  act: (installer: Installer) => Promise<ErrorValue | undefined>,
): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('Native libraries are fetched in trusted workspaces only.'),
    );
    return;
  }
  let onFetched: InstallerEvents['fetched'] = () => undefined;
  const events: InstallerEvents = { fetched: (bytes, total) => onFetched(bytes, total) };
  const started: EngineProcess<InstallerCalls> = startEngineProcess<InstallerCalls>({
    bundle: services.bundle,
    role: 'installer',
    args: [],
    schemas: installerSchemas,
    events: receiveEvents(installerEventSchemas, events, (error) => services.log.error(error.message)),
    onOutput: (line) => services.log.info(`[installer] ${line}`),
    environment: proxyVariables(
      vscode.workspace.getConfiguration('http').get<string>('proxy') ?? '',
      vscode.workspace.getConfiguration('http').get<string[]>('noProxy') ?? [],
    ),
  });
  try {
    const error = await act({ calls: started.calls, whileFetching: (tell) => (onFetched = tell) });
    if (error) void services.errors.show(error, () => void withInstaller(services, act));
  } finally {
    started.finish();
  }
}

async function install(installer: Installer): Promise<ErrorValue | undefined> {
  const { calls } = installer;
  const there = await calls.installed();
  if (!there.ok) return there.error;
  if (there.value !== undefined) {
    const again = vscode.l10n.t('Remove It');
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is installed.', there.value),
      again,
    );
    return chosen === again ? remove(installer) : undefined;
  }
  const offer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('Asking for the size of the CUDA provider'),
    },
    () => calls.offer(),
  );
  if (!offer.ok) return offer.error;
  const fetchIt = vscode.l10n.t('Fetch {0}', sized(offer.value.bytes));
  const consent = await vscode.window.showInformationMessage(
    vscode.l10n.t('Install the CUDA provider?'),
    { modal: true, detail: offer.value.sentence },
    fetchIt,
  );
  if (consent !== fetchIt) return undefined;
  const reply = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Fetching {0}', offer.value.packageName),
      cancellable: true,
    },
    (progress, token) => {
      let shown = 0;
      installer.whileFetching((bytes, total) => {
        const percent = (100 * bytes) / total;
        progress.report({
          increment: percent - shown,
          message: vscode.l10n.t('{0} of {1}', sized(bytes), sized(total)),
        });
        shown = percent;
      });
      token.onCancellationRequested(() => void calls.cancel());
      return calls.install();
    },
  );
  if (!reply.ok) return reply.error;
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} is installed; the next run tries it first.', offer.value.packageName),
  );
  return undefined;
}

async function remove({ calls }: Installer): Promise<ErrorValue | undefined> {
  const there = await calls.installed();
  if (!there.ok) return there.error;
  if (there.value === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No CUDA provider was installed by Weight Geometry.'),
    );
    return undefined;
  }
  const reply = await calls.remove();
  if (!reply.ok) return reply.error;
  void vscode.window.showInformationMessage(vscode.l10n.t('{0} was removed.', there.value));
  return undefined;
}
