import { standardAddition, standardEncoder } from '../../contract/standardModel.js';
import { median } from '../../contract/median.js';
import { openEvaluator } from '../../engine/evaluation/evaluator.js';
import { initialise } from '../../engine/models/initialise.js';
import type { Bench } from './bench.js';
import { startEvaluatePeer } from './evaluatePeer.js';

const rounds = 10;
const vectorsPerRound = 10;

/** 100 weight vectors of the standard model on all its pairs, beside PyTorch on the same cores, round by round. */
export const evaluateBench: Bench = {
  name: 'evaluate',
  summary: `accuracy of ${rounds * vectorsPerRound} weight vectors on all 9,409 pairs beside PyTorch`,
  async run({ say }) {
    const peer = await startEvaluatePeer(standardEncoder);
    if (peer === undefined) say('PyTorch is not installed: it is not measured');
    const evaluator = await openEvaluator(standardAddition, 'all');
    try {
      const vectors = Array.from({ length: vectorsPerRound }, (_, seed) =>
        initialise(evaluator.parameters, seed),
      );
      await evaluator.accuracies(vectors.slice(0, 2));
      await peer?.evaluate(2);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const start = performance.now();
        await evaluator.accuracies(vectors);
        ours.push((performance.now() - start) / 1000);
        if (peer) theirs.push(await peer.evaluate(vectorsPerRound));
      }
      const ratio = median(ours.map((value, i) => value / theirs[i]!));
      const of100 = (values: readonly number[]): number => rounds * median(values);
      return [
        {
          name: '100 weight vectors of 290,401 parameters on 9,409 pairs',
          unit: 's',
          ours: of100(ours),
          ...(peer ? { peer: { name: peer.name, value: of100(theirs) }, ratio } : {}),
          aim: 'at most 1',
        },
      ];
    } finally {
      await evaluator.dispose();
      peer?.end();
    }
  },
};
