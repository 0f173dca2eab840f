/** Bytes of arrays that are kept whole, of all files together. */
const MOST_KEPT = 256 * 2 ** 20;

interface Kept {
  readonly size: number;
  readonly bytes: Promise<Uint8Array>;
}

/** In the order of last use. */
const kept = new Map<object, Kept>();
let keptSize = 0;

const letGo = (owner: object): void => {
  keptSize -= kept.get(owner)?.size ?? 0;
  kept.delete(owner);
};

/**
 * The bytes that `read` gives, kept for the owner's next call until others have taken their place; undefined where they
 * are too many to keep. What failed is read again.
 */
export const keptBytes = (
  owner: object,
  size: number,
  read: () => Promise<Uint8Array>,
): Promise<Uint8Array> | undefined => {
  if (size > MOST_KEPT) return undefined;
  const entry = kept.get(owner) ?? { size, bytes: read() };
  letGo(owner);
  kept.set(owner, entry);
  keptSize += size;
  entry.bytes.catch(() => {
    if (kept.get(owner) === entry) letGo(owner);
  });
  for (const [oldest] of kept) {
    if (keptSize <= MOST_KEPT) break;
    letGo(oldest);
  }
  return entry.bytes;
};

/** The owner needs its bytes no more. */
export const releaseBytes = letGo;
