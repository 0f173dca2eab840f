import * as vscode from 'vscode';
import type { Reply } from '../../contract/calls.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { Report } from '../../contract/report.js';
import { ReportStore } from '../../contract/reportStore.js';
import { tools } from '../../tools/table.js';
import { modelToolName, readInput, type Tool, type ToolServices } from '../../tools/tool.js';
import type { Compute } from '../processes/compute.js';
import type { Reader } from '../processes/reader.js';

export interface ToolProcesses {
  readonly reader: Pick<Reader, 'discover'>;
  readonly compute: Pick<Compute, 'start'>;
}

const roots = (): readonly string[] =>
  (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => (uri.scheme === 'file' ? [uri.fsPath] : []));

const valueOf = <T>(reply: Reply<T>): T => {
  if (reply.ok) return reply.value;
  throw new GeometryError(reply.error.code, reply.error.message, { cause: reply.error.cause });
};

/** The window's processes as the tools need them. Reports are not cached: a tool writes nothing. */
const servicesOf = ({ reader, compute }: ToolProcesses): ToolServices => ({
  roots: roots(),
  discover: async (path) => valueOf(await reader.discover(path)),
  inspect: (request, signal, onProgress) =>
    new Promise<Report>((resolve, reject) => {
      const store = new ReportStore();
      const job = compute.start(request, 'overview', {
        addition: (addition) => store.add(addition),
        progress: onProgress,
        ended: (reply) => {
          const report = store.report();
          if (reply.ok && report) resolve(report);
          else reject(reply.ok ? new GeometryError('internal', 'There is no report.') : errorOf(reply.error));
        },
      });
      if (signal.aborted) job.cancel();
      signal.addEventListener('abort', () => job.cancel(), { once: true });
    }),
});

const errorOf = ({
  code,
  message,
  cause,
}: {
  code: GeometryError['code'];
  message: string;
  cause?: string;
}) => new GeometryError(code, message, { cause });

const toolOf = (tool: Tool, processes: ToolProcesses): vscode.LanguageModelTool<unknown> => ({
  // No confirmation: nothing is changed, and paths are limited to the open folders.
  prepareInvocation: ({ input }) => {
    try {
      return { invocationMessage: tool.doing(readInput(tool, input)) };
    } catch {
      // The call itself reports what is wrong.
      return { invocationMessage: tool.title };
    }
  },
  invoke: async ({ input }, token) => {
    const controller = new AbortController();
    const stop = token.onCancellationRequested(() => controller.abort());
    try {
      const said = await tool.run({
        ...{ input: readInput(tool, input), services: servicesOf(processes), signal: controller.signal },
        onProgress: () => undefined,
      });
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(said)]);
    } catch (thrown) {
      const { code, message } = toErrorValue(thrown);
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      // The message reaches the model, which can explain the code.
      throw new Error(`${message} [${code}]`, { cause: thrown });
    } finally {
      stop.dispose();
    }
  },
});

/** Registers the tools of the table for the language models of this window. */
export const registerTools = (processes: ToolProcesses): vscode.Disposable =>
  vscode.Disposable.from(
    ...tools.map((tool) => vscode.lm.registerTool(modelToolName(tool), toolOf(tool, processes))),
  );
