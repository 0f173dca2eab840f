import { useMemo } from 'preact/hooks';
import { statisticKeys, type StatisticKey } from '../../../extension/contract/statistics/table.js';
import { ChartCard } from '../../charts/chartCard.js';
import { spectraAbsent } from '../../report/absence.js';
import { heatSays } from './sentences.js';
import { canFold, heatFigure, heatLines, heatRows, isFoldedAtFirst } from './heatMap.js';
import { SideChoice, StatisticChoice } from '../../parts/spectrumChoices.js';
import type { Of } from '../../report/matrices.js';
import { sides } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isTextList, oneOf, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';

const folds = ['auto', 'folded', 'open'] as const;
type Fold = (typeof folds)[number];

/**
 * One statistic of every matrix at every step. Many matrices are folded by layer; clicking a layer opens it.
 */
export function HeatCard() {
  const view = useInspection();
  const { report, matrixChoice, spectra } = view;
  const [statistic, setStatistic] = usePersistedState<StatisticKey>(
    'heat.statistic',
    'stableRank',
    oneOf(statisticKeys),
  );
  const [side, setSide] = usePersistedState<Of>('heat.of', 'weights', oneOf(sides));
  const rows = useMemo(() => heatRows(matrixChoice.shown, spectra, side), [matrixChoice, spectra, side]);
  const { grokStep } = report.source;
  const [fold, setFold] = usePersistedState<Fold>('heat.fold', 'auto', oneOf(folds));
  const [opened, setOpened] = usePersistedState<readonly string[]>('heat.open', [], isTextList);
  const isFolded = canFold(rows) && (fold === 'auto' ? isFoldedAtFirst(rows) : fold === 'folded');
  const lines = useMemo(() => heatLines(rows, isFolded, new Set(opened)), [rows, isFolded, opened]);
  const figure = useMemo(() => heatFigure(lines, statistic, grokStep), [lines, statistic, grokStep]);
  const openCell = (row: number, step: number): void => {
    const line = lines[row]!;
    if (line.layer !== undefined) setOpened([...opened, line.layer]);
    else
      view.open('spectra', {
        'spectra.matrix': line.members[0]!.matrix.key,
        'spectra.step': step,
        'spectra.of': side,
      });
  };
  return (
    <ChartCard
      id="heat"
      title={say('heat.title', {
        statistic: statisticName(statistic).replace(/^./, (letter) => letter.toUpperCase()),
        of: say(side === 'change' ? 'changeShort' : 'weights'),
      })}
      figure={figure}
      says={heatSays(rows, statistic, side) + (isFolded ? ` ${say('heat.folded')}` : '')}
      absent={spectraAbsent(view, side)}
      onCell={openCell}
      controls={
        <>
          {canFold(rows) && (
            <button
              type="button"
              class="tool"
              aria-pressed={isFolded}
              onClick={() => {
                setFold(isFolded ? 'open' : 'folded');
                setOpened([]);
              }}
            >
              {say('heat.fold')}
            </button>
          )}
          <StatisticChoice value={statistic} onChange={setStatistic} />
          <SideChoice value={side} onChange={setSide} short />
        </>
      }
    />
  );
}
