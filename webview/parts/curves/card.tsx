import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { shortName } from '../../charts/shortNames.js';
import { Choice } from '../../elements/choice.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { integer, number } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { ScaleChoice, useScale } from '../scaleChoice.js';
import { curvesFigure } from './figure.js';

/** Weight of the past in the moving average. */
const weights = { none: 0, little: 0.6, more: 0.9, much: 0.97 } as const;
type Smoothing = keyof typeof weights;
const smoothings = Object.keys(weights) as Smoothing[];

/** A curve of the user's own metrics on the step axis of the ranks; nothing if there is none. */
export function CurvesCard() {
  const { report } = useInspection();
  const names = useMemo(() => [...new Set(report.curves.map(({ name }) => name))].sort(), [report.curves]);
  const [wanted, setName] = usePersistedState('curves.name', '', isText);
  const [smoothing, setSmoothing] = usePersistedState<Smoothing>(
    'curves.smoothing',
    'none',
    oneOf(smoothings),
  );
  const [scale, setScale] = useScale('curves.scale', 'linear');
  const name = names.includes(wanted) ? wanted : (names.find((one) => /loss/i.test(one)) ?? names[0]);
  const weight = weights[smoothing];
  const { grokStep } = report.source;
  const entries = useMemo(() => report.curves.filter((entry) => entry.name === name), [report.curves, name]);
  const figure = useMemo(
    () => curvesFigure(entries, weight, scale, grokStep),
    [entries, weight, scale, grokStep],
  );
  const [first] = entries;
  if (name === undefined || first === undefined) return null;
  const thinned = first.points > first.steps.length;
  const says = [
    say('curves.says', {
      name: shortName(name),
      files: entries.length,
      from: number(first.values[0]!),
      to: number(first.values.at(-1)!),
      first: integer(first.steps[0]!),
      last: integer(first.steps.at(-1)!),
    }),
    ...(weight === 0 ? [] : [say('curves.smoothed', { weight })]),
    ...(thinned ? [say('curves.thinned', { shown: first.steps.length, points: integer(first.points) })] : []),
    say('curves.noNull'),
  ].join(' ');
  return (
    <ChartCard
      id="curves"
      title={say('curves.title', { name: shortName(name) })}
      figure={figure}
      says={says}
      absent=""
      controls={
        <>
          <Choice
            label={say('curves.curve')}
            value={name}
            options={names.map((value) => ({ value, text: shortName(value) }))}
            onChange={setName}
          />
          <Choice
            label={say('curves.smoothing')}
            value={smoothing}
            options={smoothings.map((value) => ({
              value,
              text: value === 'none' ? say('curves.none') : say('curves.weight', { weight: weights[value] }),
            }))}
            onChange={setSmoothing}
          />
          <ScaleChoice axis={shortName(name)} value={scale} onChange={setScale} />
        </>
      }
    />
  );
}
