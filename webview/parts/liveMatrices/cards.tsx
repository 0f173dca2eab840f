import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import type { LineFigure, Scale } from '../../charts/figure.js';
import type { Scales } from '../../charts/overSteps.js';
import { Choice } from '../../elements/choice.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, usePersistedState } from '../../state/persistedState.js';
import { say, type StringKey } from '../../words/say.js';
import { ScaleChoice, useScale } from '../scaleChoice.js';
import { alongFigure, mirrorFigure, partsFigure, rankFigure, valuesFigure, type LiveRun } from './figures.js';
import { alongSays, mirrorSays, partsSay, rankSays, valuesSays } from './sentences.js';
import { allMatrices, matrixNames } from './series.js';

interface Card {
  readonly id: 'ranks' | 'values' | 'mirrors' | 'along' | 'parts';
  readonly title: StringKey;
  readonly scale: Scale;
  readonly figure: (live: LiveRun, scales: Scales) => LineFigure | undefined;
  readonly says: (live: LiveRun) => string;
}

/** The charts of matrices measured during training. To add one, add a row. */
const cards: readonly Card[] = [
  { id: 'ranks', title: 'live.title.ranks', scale: 'log', figure: rankFigure, says: rankSays },
  { id: 'mirrors', title: 'live.title.mirrors', scale: 'linear', figure: mirrorFigure, says: mirrorSays },
  { id: 'values', title: 'live.title.values', scale: 'log', figure: valuesFigure, says: valuesSays },
  { id: 'along', title: 'live.title.along', scale: 'log', figure: alongFigure, says: alongSays },
  { id: 'parts', title: 'live.title.parts', scale: 'log', figure: partsFigure, says: partsSay },
];

/** Ranks, singular values, and components along W of a run's matrices, if its metrics have them. */
export function LiveMatrices() {
  const { report } = useInspection();
  const [run] = report.run;
  const lines = useMemo(() => [...report.metrics].sort((a, b) => a.step - b.step), [report.metrics]);
  const names = useMemo(() => matrixNames(lines), [lines]);
  const [chosen, choose] = usePersistedState('live.matrix', allMatrices, isText);
  const matrix = names.includes(chosen) ? chosen : allMatrices;
  const live = useMemo(() => run && { run, lines, matrix }, [run, lines, matrix]);
  // Runs without the setting show nothing here: no empty cards.
  if (!live || (names.length === 0 && run?.config.spectra === undefined)) return null;
  return (
    <>
      <div class="pickers">
        <label>
          <span>{say('matrix')}</span>
          <Choice
            label={say('matrix')}
            value={matrix}
            options={[
              { value: allMatrices, text: say('live.all') },
              ...names.map((name) => ({ value: name, text: name })),
            ]}
            onChange={choose}
          />
        </label>
      </div>
      <div class="cards">
        {cards.map((card) => (
          <LiveCard key={card.id} card={card} live={live} />
        ))}
      </div>
    </>
  );
}

function LiveCard({ card, live }: { readonly card: Card; readonly live: LiveRun }) {
  const id = `live.${card.id}`;
  const [values, setValues] = useScale(`${id}.scale`, card.scale);
  const figure = useMemo(() => card.figure(live, { values }), [card, live, values]);
  return (
    <ChartCard
      id={id}
      title={say(card.title)}
      figure={figure}
      says={figure ? card.says(live) : ''}
      absent={say('live.waiting')}
      controls={<ScaleChoice axis={figure?.y.title ?? say(card.title)} value={values} onChange={setValues} />}
    />
  );
}
