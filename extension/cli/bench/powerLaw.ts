import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { spectrumOf } from '../../contract/statistics/statistic.js';
import { statisticsOf } from '../../contract/statistics/table.js';
import { median } from '../../contract/median.js';
import { seededRandom } from '../../engine/ground/seededRandom.js';
import { singularValues } from '../../engine/linalg/singularValues.js';
import type { Bench, Measurement } from './bench.js';
import { startPythonPeer } from './pythonPeer.js';

const sizes = [
  [128, 128],
  [512, 256],
  [768, 768],
] as const;
const rounds = 5;

/** Heavy-tailed rows, so that there is a power law to find. */
const heavyTailed = (rows: number, columns: number): Float64Array => {
  const random = seededRandom(17, rows, columns);
  const scales = Array.from({ length: rows }, () => (1 - random.uniform()) ** -0.4);
  return Float64Array.from(
    { length: rows * columns },
    (_, i) => scales[Math.floor(i / columns)]! * random.normal(),
  );
};

/** Singular values and the power law of their tail, beside WeightWatcher's analysis of the same layer. */
export const powerLawBench: Bench = {
  name: 'power-law',
  summary: 'singular values and power-law α of a matrix beside WeightWatcher',
  async run({ say, temporaryFolder, isWanted }) {
    const peer = await startPythonPeer('powerlaw_weightwatcher.py');
    if (peer === undefined) say('Python or WeightWatcher is not installed: only our own times');
    const measured: Measurement[] = [];
    try {
      for (const [rows, columns] of sizes) {
        const name = `power law of ${rows} × ${columns}`;
        if (!isWanted(name)) continue;
        const data = heavyTailed(rows, columns);
        const file = path.join(temporaryFolder, `${rows}-${columns}.bin`);
        await writeFile(file, data);
        const [ours, theirs]: [number[], number[]] = [[], []];
        let note = '';
        for (let round = 0; round < rounds; round++) {
          const start = performance.now();
          const { values } = await singularValues({ rows, columns, data });
          const own = statisticsOf(spectrumOf(values, { rows, columns }));
          ours.push((performance.now() - start) / 1000);
          if (peer === undefined) continue;
          const found = await peer.ask(`${file} ${rows} ${columns}`);
          theirs.push(Number(found.seconds));
          const gap = Math.abs(Number(found.alpha) - own.powerLawAlpha!) / own.powerLawAlpha!;
          note = `α ${own.powerLawAlpha!.toPrecision(8)}, WeightWatcher ${Number(found.alpha).toPrecision(8)}: relative difference ${gap.toExponential(1)}`;
        }
        await rm(file);
        measured.push({
          name,
          unit: 's',
          ours: median(ours),
          ...(peer === undefined
            ? {}
            : {
                peer: { name: `WeightWatcher ${peer.version}`, value: median(theirs) },
                ratio: median(ours.map((value, i) => value / theirs[i]!)),
              }),
          aim: 'at most 1, α within 1e-6',
          ...(note === '' ? {} : { note }),
        });
      }
    } finally {
      peer?.end();
    }
    return measured;
  },
};
