import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { openCheckpoint } from '../../engine/checkpoints/openCheckpoint.js';
import type { Bench, BenchContext, Measurement } from './bench.js';
import { writeManyTensors, writeTinySeries } from './growthFiles.js';

const run = promisify(execFile);

const checkpointCounts = [250, 500, 1_000, 2_000];
const tensorCounts = [1e4, 1e5, 1e6];

interface Taken {
  readonly seconds: number;
  readonly megabytes: number;
}

/** A whole inspection in its own process, which reports its peak memory at the end. */
const inspected = async (source: string): Promise<Taken> => {
  const tellPeak = 'process.on("exit",()=>console.error("peak "+process.resourceUsage().maxRSS))';
  const cli = path.join(__dirname, 'cli.js');
  const args = ['--import', `data:text/javascript,${tellPeak}`, cli, 'inspect', source];
  const start = performance.now();
  const { stderr } = await run(process.execPath, args, { maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - start) / 1000;
  return { seconds, megabytes: Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024 };
};

/**
 * The header alone: the latency of a listing or a hover. In this process, which has done nothing larger before.
 */
const listed = async (source: string): Promise<Taken> => {
  const start = performance.now();
  const checkpoint = await openCheckpoint(source);
  const seconds = (performance.now() - start) / 1000;
  await checkpoint.close();
  return { seconds, megabytes: process.resourceUsage().maxRSS / 1024 };
};

/** Measures ascending sizes; the ratio is the time over that of the size before. */
const grown = async (
  { say, isWanted }: BenchContext,
  counts: readonly number[],
  nameOf: (count: string) => string,
  aims: ReadonlyMap<number, string>,
  measure: (count: number) => Promise<Taken>,
): Promise<Measurement[]> => {
  const found: Measurement[] = [];
  let before: { count: number; seconds: number } | undefined;
  for (const count of counts) {
    const name = nameOf(count.toLocaleString('en'));
    if (!isWanted(name)) continue;
    const { seconds, megabytes } = await measure(count);
    const memory = `peak memory ${Math.round(megabytes)} MB`;
    const growth =
      before === undefined
        ? ''
        : `; ${(count / before.count).toFixed(0)} times the size in ${(seconds / before.seconds).toFixed(1)} times the time`;
    const aim = aims.get(count);
    say(`${name}: ${seconds.toFixed(2)} s, ${memory}${growth}`);
    found.push({
      name,
      unit: 's',
      ours: seconds,
      ...(aim === undefined ? {} : { aim }),
      note: memory + growth,
    });
    before = { count, seconds };
  }
  return found;
};

/** Time and memory by the number of checkpoints and of tensors: both must grow no faster than the input. */
export const growthBench: Bench = {
  name: 'growth',
  summary: 'time and memory by the number of checkpoints of a series and of tensors in a file',
  async run(context) {
    const place = (name: string): string => path.join(context.temporaryFolder, name);
    const fileOf = async (count: number): Promise<string> => {
      const file = place(`${count}-tensors.safetensors`);
      await writeManyTensors(file, count);
      return file;
    };
    const aims = {
      series: new Map([[2_000, 'under 20 s']]),
      listing: new Map([[1e6, 'under 5 s and 500 MB']]),
    };
    return [
      ...(await grown(
        context,
        tensorCounts,
        (n) => `listing of ${n} tensors`,
        aims.listing,
        async (count) => listed(await fileOf(count)),
      )),
      ...(await grown(
        context,
        tensorCounts,
        (n) => `inspection of ${n} tensors`,
        new Map(),
        async (count) => inspected(await fileOf(count)),
      )),
      ...(await grown(
        context,
        checkpointCounts,
        (n) => `inspection of ${n} checkpoints × 72 parameters`,
        aims.series,
        async (count) => {
          const folder = place(`${count}-checkpoints`);
          await mkdir(folder);
          await writeTinySeries(folder, count);
          return inspected(folder);
        },
      )),
    ];
  },
};
