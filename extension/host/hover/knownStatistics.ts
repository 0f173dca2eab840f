import type { CachedStatistics, FileSummary } from '../../contract/calls.js';
import { elements } from '../describe.js';
import type { Reader } from '../processes/reader.js';

/** A hover waits for small matrices no longer than this; what is not there by then is offered as a link. */
const patienceMs = 150;
/** Of larger matrices nothing is read for a hover. */
const smallMatrix = 256 * 256;

/**
 * What the cache has for some tensors of a file; where it has nothing, the small matrices among them that are done in a
 * moment. The reader goes on with the rest of these, so that the next hover has them.
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
