import type { Report, SweepCell } from '../../../extension/contract/report.js';
import { say, sayCount } from '../../words/say.js';
import { counted } from '../../words/counts.js';
import { integer, percent } from '../../words/numbers.js';

/** The axes of a sweep and how many runs they make. */
export function sweepLine({ sweep, sweepCells }: Report): string {
  const [axes] = sweep;
  if (!axes) return '';
  const inGrid = sweepCells.filter((cell) => cell.inGrid).length;
  const beside = sweepCells.length - inGrid;
  return [
    say('sweep.header', {
      runs: counted(inGrid, 'runs'),
      scales: counted(axes.scales.length, 'scales'),
      decays: counted(axes.decays.length, 'decays'),
      seeds: counted(axes.seeds.length, 'seeds'),
      tasks: counted(axes.tasks.length, 'taskSets'),
    }),
    ...(beside > 0 ? [say('sweep.beside', { n: integer(beside) })] : []),
  ].join(' · ');
}

export const runsSay = (cells: readonly SweepCell[]): string =>
  say('sweep.runsSay', {
    all: counted(cells.length, 'runs'),
    finished: integer(cells.filter(({ status }) => status === 'finished').length),
    grokked: integer(
      cells.filter(({ status, grokStep }) => status === 'finished' && grokStep !== undefined).length,
    ),
  });

/** Where a run without a measurement stands. */
export const statusSays = ({ status, step }: SweepCell): string => {
  const name = say(`sweep.is.${status}`);
  const isUnderWay = status !== 'queued' && status !== 'finished';
  return isUnderWay ? say('sweep.atStep', { status: name, step: integer(step) }) : name;
};

/** A rank, or that no rank of the scan reaches it. */
export const rankOr = (rank: number | undefined, scanned: number): string =>
  rank === undefined ? `>${scanned}` : integer(rank);

/** Over all measured runs that grok: components needed, beside those of the null. */
export function panelsSay(cells: readonly SweepCell[]): string {
  const all = integer(cells.length);
  const measured = cells.filter((cell) => cell.measured);
  const [first] = measured;
  if (!first) return sayCount('sweep.noneMeasured', cells.length, { all });
  const grokked = measured.flatMap((cell) => (cell.grokStep === undefined ? [] : [cell.measured!]));
  const scanned = Math.max(...grokked.map(({ kStar }) => kStar.scanned));
  return [
    sayCount('sweep.measuredSay', cells.length, { measured: integer(measured.length), all }),
    grokked.length === 0
      ? say('sweep.noneGrok')
      : say('sweep.needSay', {
          needed: rangeOf(
            grokked.map(({ kStar }) => kStar.share95),
            scanned,
          ),
          null: rangeOf(
            grokked.map(({ walk }) => walk.share95),
            scanned,
          ),
        }),
    say('sweep.linesSay', { chance: percent(first.chance) }),
  ].join(' ');
}

/** The lowest and the highest of some ranks; those that no rank reached are above the scan. */
function rangeOf(ranks: readonly (number | undefined)[], scanned: number): string {
  const name = (rank: number): string =>
    rank === Infinity ? say('sweep.above', { scanned }) : integer(rank);
  const values = ranks.map((rank) => rank ?? Infinity);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? name(low) : say('sweep.range', { low: name(low), high: name(high) });
}
