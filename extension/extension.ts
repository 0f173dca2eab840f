import path from 'node:path';
import * as vscode from 'vscode';
import { cacheFolder, commandTable, openLink } from './host/commands.js';
import { ErrorMessages, processDied } from './host/errors.js';
import { CheckpointFolders } from './host/explorer/checkpointFolders.js';
import { WeightFileDecorations } from './host/explorer/decorations.js';
import { SeriesTree } from './host/explorer/seriesTree.js';
import { PathHover } from './host/hover/pathHover.js';
import { ShardIndexHover } from './host/hover/shardIndexHover.js';
import { linkHandler } from './host/links.js';
import { InspectorPanels } from './host/inspector/inspectorPanels.js';
import { Inspections } from './host/inspector/inspections.js';
import { inspectionSurroundings } from './host/inspector/inspectionSurroundings.js';
import { Compute } from './host/processes/compute.js';
import { Reader } from './host/processes/reader.js';
import { clusterCommandTable, steerSweep } from './host/sweeps/clusterCommands.js';
import { reproduceCommandTable } from './host/sweeps/reproducePaper.js';
import { sweepCommandTable } from './host/sweeps/sweepCommands.js';
import { SweepFollower } from './host/sweeps/sweepFollower.js';
import { tellSweepNews } from './host/sweeps/sweepNews.js';
import { followRows } from './host/sweeps/sweepRows.js';
import { cudaCommandTable } from './host/training/cudaCommands.js';
import { cudaFolders, gpuCommandTable, GpuList } from './host/training/gpuCommands.js';
import { tellNews } from './host/training/runNews.js';
import { runTaskProvider, runTaskType } from './host/training/runTasks.js';
import { RunRegister } from './host/training/runRegister.js';
import { printableLog } from './host/printableLog.js';
import { RunsTree } from './host/training/runsTree.js';
import { registerTools } from './host/tools/languageModelTools.js';
import { registerMcpServer } from './host/tools/mcpServer.js';
import { TrainingStatusBar } from './host/training/statusBar.js';
import { trainCommandTable } from './host/training/trainCommands.js';
import { Training } from './host/training/training.js';
import { trainingServices } from './host/training/trainingServices.js';

/** Wires the parts together; nothing is read and no process is started here. */
export function activate(context: vscode.ExtensionContext): void {
  const started = performance.now();
  const log = printableLog(vscode.window.createOutputChannel('Weight Geometry', { log: true }));
  const bundle = context.asAbsolutePath('dist/engine.js');
  const cache = cacheFolder(context).fsPath;

  const errors = new ErrorMessages(log);
  const reader = new Reader(bundle, cache, log);
  const compute = new Compute({ bundle, log, died: (how) => processDied('compute', how) });
  const inspections = new Inspections(inspectionSurroundings(compute, cache), errors, log);
  const cuda = cudaFolders({ context, bundle, log });
  const list = new GpuList();
  const training = new Training({
    ...trainingServices(bundle, context.logUri.fsPath, log, cuda),
    readRun: (folder) => reader.run(folder),
    register: new RunRegister(path.join(context.globalStorageUri.fsPath, 'runs')),
  });
  const follower = new SweepFollower({
    shown: () => inspections.sources,
    reportOf: (source) => inspections.reportOf(source),
    add: (source, addition) => inspections.add(source, addition),
    places: (sweep) => reader.places(sweep),
    setTimer: (call, ms) => {
      const timer = setTimeout(call, ms);
      return { dispose: () => clearTimeout(timer) };
    },
  });
  const panels = new InspectorPanels({
    ...{ extension: context.extensionUri, inspections, errors, log, training },
    steerSweep: (sweep, action, run) => steerSweep({ training, reader, follower }, sweep, action, run),
  });
  const folders = new CheckpointFolders();
  const decorations = new WeightFileDecorations(reader, folders);
  const tree = new SeriesTree(reader, folders, errors);

  context.subscriptions.push(log, reader, compute, inspections, panels, folders, decorations, tree);
  context.subscriptions.push(
    inspections.onFinished(() => decorations.refresh()),
    inspections.onFinished(() => follower.look()),
    follower,
    vscode.languages.registerHoverProvider('*', new PathHover(reader)),
    vscode.languages.registerHoverProvider({ pattern: '**/*.index.json' }, new ShardIndexHover(reader)),
  );
  context.subscriptions.push(
    training,
    list,
    new TrainingStatusBar(training),
    new RunsTree(training),
    vscode.tasks.registerTaskProvider(runTaskType, runTaskProvider({ training, reader })),
    training.onAddition(({ folder, addition }) => inspections.add(folder, addition)),
    training.onNews((news) => {
      if (!tellSweepNews(news, { training, panels, errors })) tellNews(news, { training, panels, errors });
    }),
    followRows(training, inspections),
  );
  const services = { context, panels, reader, folders, errors, log };
  context.subscriptions.push(
    vscode.window.registerUriHandler(linkHandler((link) => void openLink(services, link))),
  );
  const command = context.asAbsolutePath('dist/cli.js');
  const { version } = context.extension.packageJSON as { readonly version: string };
  context.subscriptions.push(registerTools({ reader, compute }), registerMcpServer(command, version));
  const commands = {
    ...commandTable(services),
    ...trainCommandTable({ context, training, panels, reader, errors }),
    ...sweepCommandTable({ training, panels, reader, errors }),
    ...reproduceCommandTable({ command, reader, panels, errors }),
    ...clusterCommandTable({ training, panels, reader, errors, follower }),
    ...cudaCommandTable({ bundle, errors, log }),
    ...gpuCommandTable({ context, bundle, errors, log, cuda, list }),
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
  void folders.look();
  void training.find();
  log.info(
    `Weight Geometry ${version}, VS Code ${vscode.version}, Node ${process.versions.node}, ${process.platform} ${process.arch}.`,
  );
  log.info(`Activated in ${(performance.now() - started).toFixed(1)} ms.`);
}
