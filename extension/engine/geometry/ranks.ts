/** Ranks that the papers report; the default ladder always holds them. */
const named = [32, 64, 80, 96, 112, 128];
const geometricStep = 2 ** 0.25;

/**
 * The default ranks up to `fullRank`: every integer to 16, then a geometric ladder (four to the octave) that always
 * holds 32, 64, 80, 96, 112, 128 and the full rank. Ascending.
 */
export const defaultRanks = (fullRank: number): number[] => {
  const ranks = new Set<number>([...named, fullRank]);
  for (let rank = 1; rank <= 16; rank++) ranks.add(rank);
  for (let rung = 16; rung < fullRank; rung *= geometricStep) ranks.add(Math.round(rung));
  return within([...ranks], fullRank);
};

/** The ranks asked for, in order, without those that do not exist; the full rank always closes the curve. */
export const chosenRanks = (asked: readonly number[] | undefined, fullRank: number): number[] =>
  asked === undefined ? defaultRanks(fullRank) : within([...new Set([...asked, fullRank])], fullRank);

const within = (ranks: readonly number[], fullRank: number): number[] =>
  ranks.filter((rank) => rank >= 1 && rank <= fullRank).sort((a, b) => a - b);
