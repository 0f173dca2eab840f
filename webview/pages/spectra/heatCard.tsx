import { useMemo } from 'preact/hooks';
import { statisticKeys, type StatisticKey } from '../../../extension/contract/statistics/table.js';
import { ChartCard } from '../../charts/chartCard.js';
import { spectraAbsent } from '../../report/absence.js';
import { heatSays } from './sentences.js';
import { heatFigure, heatRows } from './heatMap.js';
import { Choice } from '../../elements/choice.js';
import type { Of } from '../../report/matrices.js';
import { sides } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { oneOf, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';

/** One statistic of every matrix at every step. */
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
  const figure = useMemo(() => heatFigure(rows, statistic, grokStep), [rows, statistic, grokStep]);
  return (
    <ChartCard
      id="heat"
      title={say('heat.title', {
        statistic: statisticName(statistic).replace(/^./, (letter) => letter.toUpperCase()),
        of: say(side === 'change' ? 'changeShort' : 'weights'),
      })}
      figure={figure}
      says={heatSays(rows, statistic, side)}
      absent={spectraAbsent(view, side)}
      onCell={(row, step) =>
        view.open('spectra', {
          'spectra.matrix': rows[row]!.matrix.key,
          'spectra.step': step,
          'spectra.of': side,
        })
      }
      controls={
        <>
          <Choice
            label={say('statistic')}
            value={statistic}
            options={statisticKeys.map((value) => ({ value, text: statisticName(value) }))}
            onChange={setStatistic}
          />
          <Choice
            label={say('of')}
            value={side}
            options={[
              { value: 'weights', text: say('weights') },
              { value: 'change', text: say('changeShort') },
            ]}
            onChange={setSide}
          />
        </>
      }
    />
  );
}
