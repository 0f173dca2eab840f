import { limits, readText } from '../../disk/regularFile.js';
import { CurveCollector, numbersIn, type ReadCurves } from './curve.js';

/** `trainer_state.json` of Transformers: `log_history` is a list of objects, each with `step`. */
export const readTrainerState = async (file: string): Promise<ReadCurves> => {
  const state = JSON.parse(await readText(file, limits.results)) as unknown;
  const history =
    typeof state === 'object' && state !== null && 'log_history' in state ? state.log_history : undefined;
  const found = new CurveCollector();
  if (!Array.isArray(history)) return found.read(['it has no log_history']);
  for (const entry of history) {
    const numbers = new Map(numbersIn(entry));
    const step = numbers.get('step');
    if (step === undefined) continue;
    for (const [name, value] of numbers) if (name !== 'step') found.add(name, step, value);
  }
  return found.read();
};
