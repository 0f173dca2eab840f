import { createReadStream } from 'node:fs';
import { toErrorValue } from '../../contract/errors.js';
import { ReportStore } from '../../contract/reportStore.js';
import { printableLine } from '../../contract/printable.js';
import { openEvaluate } from '../../engine/evaluation/openEvaluate.js';
import { productVersion } from '../../engine/ground/versions.js';
import { inspect } from '../../engine/inspection/inspect.js';
import { listSeries } from '../../engine/inspection/describeFile.js';
import { inputSchemaOf, readInput, type ToolServices } from '../../tools/tool.js';
import { tools } from '../../tools/table.js';
import { McpServer, serveStdio, StdioServerTransport } from './protocol.js';

const services = (roots: readonly string[]): ToolServices => ({
  roots,
  discover: (path) => listSeries(path),
  inspect: async (request, signal, onProgress) => {
    const store = new ReportStore();
    await inspect(request, {
      ...{ signal, onProgress, evaluator: openEvaluate },
      onAddition: (addition) => store.add(addition),
    });
    return store.report()!;
  },
});

const text = (said: string) => [{ type: 'text' as const, text: said }];

/** One server for one connection: the tools of the table, and nothing else. */
export const serverOf = (roots: readonly string[], said: (line: string) => void): McpServer => {
  const served = new McpServer(
    { name: 'weight-geometry', title: 'Weight Geometry', version: productVersion },
    { capabilities: { tools: {} } },
  );
  // The table validates arguments, so that every caller gets the same messages.
  const { server } = served;
  server.setRequestHandler('tools/list', () => ({
    tools: tools.map((tool) => ({
      ...{ name: tool.name, title: tool.title, description: tool.description },
      inputSchema: inputSchemaOf(tool),
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    })),
  }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const { signal } = mcpReq;
    const progressToken = mcpReq._meta?.progressToken;
    let told = 0;
    const onProgress = ({ fraction, text: doing }: { fraction: number; text: string }): void => {
      const now = Date.now();
      if (progressToken === undefined || signal.aborted || now - told < 500) return;
      told = now;
      const progress = { progressToken, progress: fraction, total: 1, message: printableLine(doing) };
      // The client is gone: nothing is sent.
      mcpReq.notify({ method: 'notifications/progress', params: progress }).catch(() => undefined);
    };
    try {
      const tool = tools.find(({ name }) => name === params.name);
      if (tool === undefined) {
        const known = tools.map(({ name }) => name).join(', ');
        return {
          content: text(`There is no tool ${JSON.stringify(params.name)}; there are ${known}.`),
          isError: true,
        };
      }
      const input = readInput(tool, params.arguments);
      said(printableLine(tool.doing(input)));
      return { content: text(await tool.run({ input, services: services(roots), signal, onProgress })) };
    } catch (thrown) {
      const { code, message, cause } = toErrorValue(thrown);
      if (code === 'internal' && cause !== undefined) said(cause);
      return { content: text(`${printableLine(message)} [${code}]`), isError: true };
    }
  });
  return served;
};

/** Serves on standard input and output until the client closes them or the signal arrives. */
export const serve = async (
  roots: readonly string[],
  signal: AbortSignal,
  said: (line: string) => void,
): Promise<void> => {
  // A command's thread has no standard input: the process's is read by its descriptor.
  const input = createReadStream('', { fd: 0, autoClose: false });
  const transport = new StdioServerTransport(input, process.stdout);
  const closed = new Promise<void>((resolve) => {
    input.once('close', resolve);
    input.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const handle = serveStdio(() => serverOf(roots, said), {
    transport,
    onerror: ({ message }) => said(message),
  });
  await closed;
  await handle.close();
};
