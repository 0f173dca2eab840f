import { limits, readText } from '../../disk/regularFile.js';
import { CurveCollector, numbersIn, type ReadCurves } from './curve.js';

/** Keys of the step in JSON lines. */
const stepNames = ['step', '_step', 'global_step', 'iteration', 'iter'];
const stepOf = (numbers: ReadonlyMap<string, number>): string | undefined =>
  stepNames.find((name) => numbers.has(name));

/**
 * One JSON object per line, each with a step: the format of many scripts. The last line may be incomplete
 * during writing.
 */
export const readJsonLines = async (file: string): Promise<ReadCurves> => {
  const lines = (await readText(file, limits.results)).split('\n');
  const found = new CurveCollector();
  let unreadable = 0;
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      if (i < lines.length - 1) unreadable++;
      continue;
    }
    const numbers = new Map(numbersIn(value));
    const stepName = stepOf(numbers);
    if (stepName === undefined) continue;
    for (const [name, number] of numbers)
      if (name !== stepName) found.add(name, numbers.get(stepName)!, number);
  }
  return found.read(unreadable === 0 ? [] : [`${unreadable} lines are no JSON`]);
};
