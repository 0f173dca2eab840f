import * as vscode from 'vscode';
import { mcpProviderId } from '../contributions.js';
import { libraryTelemetryOff } from '../../contract/libraryTelemetry.js';

/** The same as in the manifest's `mcpServerDefinitionProviders`. */

/** Available from VS Code 1.101; the oldest supported version lacks it. */
interface McpHost {
  readonly McpStdioServerDefinition: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string>,
    version: string,
  ) => object;
  readonly lm: {
    readonly registerMcpServerDefinitionProvider: (
      id: string,
      provider: {
        readonly onDidChangeMcpServerDefinitions: vscode.Event<void>;
        readonly provideMcpServerDefinitions: () => object[];
      },
    ) => vscode.Disposable;
  };
}

const isMcpHost = (host: object): host is McpHost =>
  'McpStdioServerDefinition' in host &&
  'lm' in host &&
  typeof host.lm === 'object' &&
  host.lm !== null &&
  'registerMcpServerDefinitionProvider' in host.lm;

/** Offers the command's server, over the open folders, to the assistants of this window. */
export const registerMcpServer = (command: string, version: string): vscode.Disposable => {
  const host: object = vscode;
  if (!isMcpHost(host)) return new vscode.Disposable(() => undefined);
  const changed = new vscode.EventEmitter<void>();
  const folders = vscode.workspace.onDidChangeWorkspaceFolders(() => changed.fire());
  const provider = host.lm.registerMcpServerDefinitionProvider(mcpProviderId, {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: () => {
      const roots = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
        uri.scheme === 'file' ? [uri.fsPath] : [],
      );
      // Without a folder the server would use its working directory, which nobody chose.
      if (roots.length === 0) return [];
      const env = { ELECTRON_RUN_AS_NODE: '1', ...libraryTelemetryOff };
      const args = [command, 'mcp', ...roots];
      return [new host.McpStdioServerDefinition('Weight Geometry', process.execPath, args, env, version)];
    },
  });
  return vscode.Disposable.from(changed, folders, provider);
};
