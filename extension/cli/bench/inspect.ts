import { existsSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { inspectSettingsSchema } from '../../contract/report.js';
import { inspect } from '../../engine/inspection/inspect.js';
import type { Bench } from './bench.js';
import { median } from './bench.js';
import { startPythonPeer } from './pythonPeer.js';

const rounds = 3;

/** The series of 36 checkpoints where it lies beside the checkout, else the smaller one in the repository. */
export const seriesFolder = (): string => {
  const root = path.join(__dirname, '..');
  const places = [
    path.join(root, '..', 'shared', 'data', 'torch-add-seed42'),
    path.join(root, 'media', 'sample-series'),
  ];
  return places.find((place) => existsSync(place)) ?? places[1]!;
};

/** A whole inspection beside the same work in NumPy. */
export const inspectBench: Bench = {
  name: 'inspect',
  summary: 'a whole inspection (spectra with shuffles, angles, trajectories) beside the same work in NumPy',
  async run({ say }) {
    const series = seriesFolder();
    const peer = await startPythonPeer('inspect_numpy.py', [series]);
    if (peer === undefined) say('Python, NumPy or PyTorch is not installed: only our own times');
    const ours: number[] = [];
    const theirs: number[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        ours.push(await secondsOf(series));
        if (peer !== undefined) theirs.push(Number((await peer.ask('inspect')).seconds));
        say(
          `round ${round + 1}: ours ${ours.at(-1)!.toFixed(1)} s, NumPy ${theirs.at(-1)?.toFixed(1) ?? '–'} s`,
        );
      }
    } finally {
      peer?.end();
    }
    return [
      {
        name: `inspection of ${path.basename(series)}`,
        unit: 's',
        ours: median(ours),
        ...(peer === undefined
          ? {}
          : {
              peer: { name: `NumPy ${peer.version}`, value: median(theirs) },
              ratio: median(ours.map((value, i) => value / theirs[i]!)),
            }),
        aim: 'at most 4',
        note: `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
      },
    ];
  },
};

/** Without the accuracies of reconstructions, which NumPy does not compute either. */
const secondsOf = async (series: string): Promise<number> => {
  const start = performance.now();
  const settings = v.parse(inspectSettingsSchema, {});
  const { signal } = new AbortController();
  await inspect({ path: series, settings }, { signal, onAddition: () => undefined });
  return (performance.now() - start) / 1000;
};
