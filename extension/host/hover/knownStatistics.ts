import type { CachedStatistics, FileSummary } from '../../contract/calls.js';
import { elements } from '../describe.js';
import type { Reader } from '../processes/reader.js';

/** Maximum wait of a hover for small matrices. What is missing after it is offered as a link. */
const patienceMs = 150;
/** A hover reads no larger matrices. */
const smallMatrix = 256 * 256;

/**
 * Statistics of some tensors of a file: from the cache, else computed for small matrices that finish in time.
 * The reader continues with the rest, for the next hover.
 */
export async function knownStatistics(
  reader: Pick<Reader, 'quickStatistics'>,
  file: string,
  tensors: FileSummary['tensors'],
  cached: readonly CachedStatistics[],
): Promise<readonly CachedStatistics[]> {
  if (cached.length > 0) return cached;
  const found: CachedStatistics[] = [];
  const asked = tensors
    .filter(({ shape }) => shape.length > 1 && elements(shape) <= smallMatrix)
    .map(async ({ name }) => {
      const reply = await reader.quickStatistics(file, name);
      if (reply.ok && reply.value) found.push(reply.value);
    });
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (patience = setTimeout(resolve, patienceMs)));
  await Promise.race([Promise.all(asked), late]);
  clearTimeout(patience);
  return [...found];
}
