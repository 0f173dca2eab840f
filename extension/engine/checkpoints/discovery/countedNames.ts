import { grouped } from '../../ground/work/grouped.js';
import type { Candidate } from './candidates.js';

/** `G_5k`, `lora-1M`: a number of thousands or millions at the end, with no word that says of what. */
const counted = /^(?<before>.*[=_.-])(?<digits>\d{1,6})(?<unit>[kKmM])$/;
const sizes: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };

/** Thousands of hertz. */
const samplingRates = new Set([8, 11, 16, 22, 24, 32, 44, 48, 96, 192]);
/** Lengths of contexts are powers of two. */
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

/** Sizes of files of one model differ by headers and names only. */
const mostUnlike = 1.05;

interface Counted {
  readonly candidate: Candidate;
  readonly family: string;
  readonly digits: number;
  readonly step: number;
}

const countIn = (candidate: Candidate): Counted[] => {
  const { label, step } = candidate.entry;
  const found = step === undefined ? counted.exec(label)?.groups : undefined;
  if (found === undefined) return [];
  const { before, digits, unit } = found as { before: string; digits: string; unit: string };
  const family = `${before}#${candidate.family.slice(label.length)}`;
  return [{ candidate, family, digits: Number(digits), step: Number(digits) * sizes[unit.toLowerCase()]! }];
};

const bytesOf = ({ candidate }: Counted): number =>
  candidate.entry.files.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Whether the counts are steps: different ones, of files of one size. Sampling rates and lengths of contexts tell models
 * apart that are no series, and sizes of models come with sizes of files.
 */
const areSteps = (members: readonly Counted[]): boolean => {
  const bytes = members.map(bytesOf);
  return (
    new Set(members.map(({ step }) => step)).size === members.length &&
    members.length > 1 &&
    Math.max(...bytes) <= mostUnlike * Math.min(...bytes) &&
    !members.every(({ digits }) => samplingRates.has(digits)) &&
    !members.every(({ digits }) => isPowerOfTwo(digits))
  );
};

/**
 * Files of a folder whose names differ in nothing but a number with k or m get it as their step. One such name alone says
 * nothing: a number with k is a sampling rate elsewhere.
 */
export const withCountedSteps = (candidates: readonly Candidate[]): readonly Candidate[] => {
  const families = grouped(candidates.flatMap(countIn), ({ family }) => family);
  const stepped = new Map(
    [...families.values()]
      .filter(areSteps)
      .flat()
      .map(({ candidate, family, step }) => [
        candidate,
        { ...candidate, family, entry: { ...candidate.entry, step } },
      ]),
  );
  return candidates.map((candidate) => stepped.get(candidate) ?? candidate);
};
