import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { inspectSettingsSchema } from '../../contract/report.js';
import { median } from '../../contract/median.js';
import { inspect } from '../../engine/inspection/inspect.js';
import type { Bench, Measurement } from './bench.js';
import { startPythonPeer } from './pythonPeer.js';

const rounds = 5;

/**
 * The series of 36 checkpoints if it exists beside the checkout, otherwise the smaller one in the repository.
 */
export const seriesFolder = (): string => {
  const root = path.join(__dirname, '..');
  const places = [
    path.join(root, '..', 'shared', 'data', 'torch-add-seed42'),
    path.join(root, 'media', 'sample-series'),
  ];
  return places.find((place) => existsSync(place)) ?? places[1]!;
};

/** Cost of one inspection: wall seconds, seconds of all cores, and those by analysis. */
interface Cost {
  readonly seconds: number;
  readonly cpu: number;
  readonly byAnalysis: ReadonlyMap<string, number>;
}

/** A whole inspection beside the same work in NumPy. */
export const inspectBench: Bench = {
  name: 'inspect',
  summary: 'a whole inspection (spectra with shuffles, angles, trajectories) beside the same work in NumPy',
  async run({ say }) {
    const series = seriesFolder();
    const peer = await startPythonPeer('inspect_numpy.py', [series]);
    if (peer === undefined) say('Python, NumPy or PyTorch is not installed: only our own times');
    const ours: Cost[] = [];
    const theirs: { seconds: number; cpu: number }[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        ours.push(await costOf(series));
        if (peer !== undefined) {
          const { seconds, cpu } = await peer.ask('inspect');
          theirs.push({ seconds: Number(seconds), cpu: Number(cpu) });
        }
        const beside = theirs[round];
        say(`round ${round + 1}: ${said('ours', ours.at(-1)!)}${beside ? `, ${said('NumPy', beside)}` : ''}`);
      }
    } finally {
      peer?.end();
    }
    const name = path.basename(series);
    const compared = (key: 'seconds' | 'cpu'): Pick<Measurement, 'ours' | 'peer' | 'ratio'> => ({
      ours: median(ours.map((cost) => cost[key])),
      ...(peer === undefined
        ? {}
        : {
            peer: { name: `NumPy ${peer.version}`, value: median(theirs.map((cost) => cost[key])) },
            ratio: median(ours.map((cost, i) => cost[key] / theirs[i]![key])),
          }),
    });
    return [
      {
        name: `inspection of ${name}`,
        unit: 's',
        ...compared('seconds'),
        aim: 'at most .33',
        note: `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB; cores at work ${median(ours.map(({ cpu, seconds }) => cpu / seconds)).toFixed(2)} of ${availableParallelism()}`,
      },
      {
        name: `inspection of ${name}, all cores' time`,
        unit: 's',
        ...compared('cpu'),
        aim: 'at most .33',
        note: profileOf(ours),
      },
    ];
  },
};

const said = (who: string, { seconds, cpu }: { seconds: number; cpu: number }): string =>
  `${who} ${seconds.toFixed(1)} s (${cpu.toFixed(1)} s of all cores)`;

/** Analyses by cost, largest first. */
const profileOf = (costs: readonly Cost[]): string =>
  [...new Set(costs.flatMap(({ byAnalysis }) => [...byAnalysis.keys()]))]
    .map((id) => ({ id, seconds: median(costs.map(({ byAnalysis }) => byAnalysis.get(id) ?? 0)) }))
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ id, seconds }) => `${id} ${seconds.toFixed(2)} s`)
    .join(', ');

/** Without the accuracies of reconstructions, which the NumPy peer does not compute. */
const costOf = async (series: string): Promise<Cost> => {
  const [before, start] = [process.cpuUsage(), performance.now()];
  const byAnalysis = new Map<string, number>();
  const settings = v.parse(inspectSettingsSchema, {});
  const { signal } = new AbortController();
  await inspect(
    { path: series, settings },
    {
      signal,
      onAddition: () => undefined,
      onCost: (id, { cpuMs }) => byAnalysis.set(id, (byAnalysis.get(id) ?? 0) + cpuMs / 1000),
    },
  );
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, byAnalysis };
};
