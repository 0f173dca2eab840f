import { availableParallelism } from 'node:os';
import { median } from '../../contract/median.js';
import { createTrainingEngine, ReplicaPool } from '../../engine/training/trainer/onnxEngine.js';
import type { TrainingEngine } from '../../engine/training/trainer/trainingEngine.js';
import type { OptimiserState } from '../../engine/training/run/trainerState.js';
import type { Bench, BenchContext, Measurement } from './bench.js';
import { encoderRun } from './encoderRun.js';
import { openTrainFloor } from './trainFloor.js';
import { startTrainPeer, trainPeerKinds, type TrainPeer, type TrainSize } from './trainPeer.js';

const ROUNDS = 5;
/** Approximate length of a round of either side. */
const ROUND_SECONDS = 1;
const MOST_STEPS = 64;
const THREADS = Math.min(2, availableParallelism());
const AIM = 'at least 4 times the fastest of the peers';

const sizes: readonly TrainSize[] = [512, 2048].flatMap((batch) =>
  [
    { d: 128, heads: 4, dFf: 256 },
    { d: 256, heads: 8, dFf: 512 },
  ].flatMap((width) =>
    [1, 4, 16].map((replicas) => ({
      prime: 97,
      layers: 2,
      ...width,
      batch,
      replicas,
      threads: THREADS,
    })),
  ),
);

/** Steps of one run; each call continues where the last ended. */
const stepper = (engine: TrainingEngine, seed: number): ((count: number) => Promise<void>) => {
  const weights = engine.initialWeights(seed);
  const zeros = (): Float32Array => new Float32Array(weights.length);
  let state: OptimiserState = { weights, firstMoment: zeros(), secondMoment: zeros() };
  let step = 0;
  return async (count) => {
    for (let left = count; left > 0;) {
      const { state: after, losses } = await engine.run(state, step, left);
      state = after;
      step += losses.length;
      left -= losses.length;
    }
  };
};

/** All runs together; returns seconds. */
const together = (engines: readonly TrainingEngine[]): ((count: number) => Promise<number>) => {
  const steppers = engines.map(stepper);
  return async (count) => {
    const start = performance.now();
    await Promise.all(steppers.map((take) => take(count)));
    return (performance.now() - start) / 1000;
  };
};

const stepsPerRound = (secondsPerStep: number): number => {
  const fitting = Math.max(1, Math.min(MOST_STEPS, ROUND_SECONDS / secondsPerStep));
  return 2 ** Math.floor(Math.log2(fitting));
};

const nameOf = ({ batch, d, replicas }: TrainSize): string =>
  `training steps, batch ${batch}, d ${d}, replicas ${replicas}`;

/** Two short warm-up rounds, which compile; returns seconds per step. */
const warmUp = async (steps: (count: number) => Promise<number>): Promise<number> => {
  await steps(2);
  return (await steps(2)) / 2;
};

const measure = async (
  size: TrainSize,
  peers: readonly TrainPeer[],
  { say }: BenchContext,
): Promise<Measurement> => {
  const pool = new ReplicaPool();
  const engines: TrainingEngine[] = [];
  for (let seed = 0; seed < size.replicas; seed++) {
    const config = encoderRun(size, { batch: size.batch, initSeed: seed, batchSeed: seed });
    engines.push(await createTrainingEngine(config, 'cpu', { threads: size.threads, pool }));
  }
  try {
    const take = together(engines);
    const count = stepsPerRound(await warmUp(take));
    await take(count);
    for (const peer of peers) {
      await warmUp((steps) => peer.steps(steps));
      await peer.steps(count);
    }
    const floor = size.replicas === 1 ? await openTrainFloor(size) : undefined;
    await floor?.seconds();
    const floors: number[] = [];
    const ours: number[] = [];
    const theirs = peers.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(count / (await take(count)));
      if (floor !== undefined) floors.push(1 / (await floor.seconds()));
      for (const [i, peer] of peers.entries()) theirs[i]!.push(count / (await peer.steps(count)));
    }
    await floor?.end();
    const name = nameOf(size);
    const bound =
      floor &&
      `${floor.count} products alone (${(floor.operations / 1e9).toFixed(2)} GFLOP) ${median(floors).toFixed(2)} steps/s`;
    const rows = peers.map((peer, i) => ({
      name: peer.name,
      value: median(theirs[i]!),
      ratio: median(ours.map((value, round) => value / theirs[i]![round]!)),
    }));
    const fastest = rows.toSorted((a, b) => b.value - a.value)[0];
    const said = rows.map(
      (row) => `${row.name} ${row.value.toFixed(2)} steps/s, ratio ${row.ratio.toFixed(2)}`,
    );
    say(
      [`${name}: ${median(ours).toFixed(2)} steps/s`, ...(bound === undefined ? [] : [bound]), ...said].join(
        '; ',
      ),
    );
    return {
      name,
      unit: 'steps/s',
      ours: median(ours),
      ...(fastest === undefined
        ? {}
        : { peer: { name: fastest.name, value: fastest.value }, ratio: fastest.ratio }),
      ...(size.replicas === 1 ? { aim: AIM } : {}),
      note: [
        `${THREADS} threads on every side; peers train replicas one after the other`,
        ...(bound === undefined ? [] : [bound]),
        ...said.filter((line) => fastest === undefined || !line.startsWith(fastest.name)),
      ].join('; '),
    };
  } finally {
    for (const engine of engines) await engine.dispose();
  }
};

/**
 * The installed peers. Those that compile take part only for a single replica: compiling takes up to a minute.
 */
const startPeers = async (size: TrainSize, say: (line: string) => void): Promise<readonly TrainPeer[]> => {
  const peers: TrainPeer[] = [];
  for (const kind of size.replicas === 1 ? trainPeerKinds : (['eager'] as const)) {
    const peer = await startTrainPeer(size, { kind });
    if (peer === undefined) say(`${kind}: not installed, not measured`);
    else peers.push(peer);
  }
  return peers;
};

/** Training steps per second beside other libraries, on the same cores, round by round. */
export const trainBench: Bench = {
  name: 'train',
  summary:
    'training steps a second beside PyTorch (eager and compiled) and JAX, by batch, width and replicas',
  async run(context) {
    const measurements: Measurement[] = [];
    for (const size of sizes.filter((candidate) => context.isWanted(nameOf(candidate)))) {
      const peers = await startPeers(size, context.say);
      try {
        measurements.push(await measure(size, peers, context));
      } finally {
        for (const peer of peers) peer.end();
      }
    }
    return measurements;
  },
};
