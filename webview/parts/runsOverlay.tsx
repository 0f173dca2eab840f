import { useMemo } from 'preact/hooks';
import type { Report } from '../../extension/contract/report.js';
import type { LineFigure } from '../charts/figure.js';
import { overlay, type OverlayOptions } from '../charts/overlay.js';
import { Choice } from '../elements/choice.js';
import { otherRuns, type OtherRun } from '../report/otherRuns.js';
import { useInspection } from '../state/inspectionContext.js';
import { oneOf, usePersistedState } from '../state/persistedState.js';
import { say } from '../words/say.js';

export interface RunsOverlay {
  /** The other runs; empty if the reader looks at one, or none were computed. */
  readonly others: readonly OtherRun[];
  /** The chart of every run over that of the inspected one. */
  readonly over: (
    of: (report: Report) => LineFigure | undefined,
    options?: OverlayOptions,
  ) => LineFigure | undefined;
  /** Explains the colours of several runs; empty for one run. */
  readonly says: string;
  /** Chooses between one run and all; absent for one run. */
  readonly choice: preact.JSX.Element | null;
}

const sights = ['all', 'one'] as const;

/** One choice for all pages: the inspected run alone, or every computed run, one colour each. */
export function useRunsOverlay(): RunsOverlay {
  const { report } = useInspection();
  const [sight, setSight] = usePersistedState('runs.overlay', 'all', oneOf(sights));
  const all = useMemo(() => otherRuns(report), [report]);
  const others = useMemo(() => (sight === 'all' ? all : []), [all, sight]);
  return useMemo(
    () => ({
      others,
      over: (of, options) => {
        const own = { run: report.source.name, figure: of(report) };
        return others.length === 0
          ? own.figure
          : overlay(
              [own, ...others.map((other) => ({ run: other.name, figure: of(other.report) }))],
              options,
            );
      },
      says:
        others.length === 0
          ? ''
          : ` ${say('overlay.says', { n: others.length + 1, run: report.source.name })}`,
      choice:
        all.length === 0 ? null : (
          <label>
            <span>{say('overlay.runsLabel')}</span>
            <Choice
              label={say('overlay.runsLabel')}
              value={sight}
              options={sights.map((value) => ({
                value,
                text: say(`overlay.${value}Runs`, { n: all.length + 1, run: report.source.name }),
              }))}
              onChange={setSight}
            />
          </label>
        ),
    }),
    [report, all, others, sight],
  );
}
