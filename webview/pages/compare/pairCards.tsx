import { useMemo } from 'preact/hooks';
import type { ComparisonEntry } from '../../../extension/contract/report.js';
import { ChartCard } from '../../charts/chartCard.js';
import type { LineFigure } from '../../charts/figure.js';
import { edgeLook, lineLook, markedLook, nullLook } from '../../charts/looks.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import { counted } from '../../words/counts.js';
import { number } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { spectrumFigure } from '../spectra/figure.js';
import { spectrumSays } from '../spectra/sentences.js';

/** For one matrix of the pair: the spectrum of the difference, and the rotation of leading singular vectors. */
export function PairCards({ entry }: { readonly entry: ComparisonEntry }) {
  const [scale, setScale] = useScale('compare.scale', 'log');
  const { difference, angles, intruders } = entry;
  const name = matrixKey(entry);
  const spectrum = useMemo(
    () => difference && spectrumFigure(difference, [], difference, scale, [], say('compare.difference')),
    [difference, scale],
  );
  const turned = useMemo(() => angles && anglesOf(angles), [angles]);
  const similar = useMemo(() => intruders && similaritiesOf(intruders), [intruders]);
  const absent = entry.leftOut ?? say(`compare.state.${entry.state}`);
  return (
    <div class="cards stack">
      <ChartCard
        id="compare.difference"
        title={say('compare.differenceOf', { matrix: name })}
        figure={spectrum}
        says={difference ? spectrumSays(difference) : ''}
        absent={absent}
        controls={<ScaleChoice axis={say('singularValue')} value={scale} onChange={setScale} />}
      />
      <ChartCard
        id="compare.angles"
        title={say('compare.anglesOf', { matrix: name, k: angles?.k ?? '' })}
        figure={turned}
        says={angles === undefined ? '' : anglesSay(angles)}
        absent={absent}
      />
      <ChartCard
        id="compare.intruders"
        title={say('compare.intrudersOf', { matrix: name })}
        figure={similar}
        says={
          intruders === undefined
            ? ''
            : say('compare.intrudersSay', {
                n: intruders.count,
                k: intruders.k,
                threshold: intruders.threshold,
                null: number(intruders.null?.mean ?? 0),
                draws: intruders.null?.draws ?? 0,
              })
        }
        absent={absent}
      />
    </div>
  );
}

type Angles = NonNullable<ComparisonEntry['angles']>;
type Intruders = NonNullable<ComparisonEntry['intruders']>;
const degrees = (radians: number): number => (radians * 180) / Math.PI;
const places = (values: readonly unknown[]): number[] => values.map((_, index) => index + 1);

const anglesSay = ({ null: byChance, ofStepSize }: Angles): string =>
  say('compare.anglesSay', { null: number(degrees(byChance.left)) }) +
  (ofStepSize === undefined
    ? ''
    : say('compare.anglesOfStepSay', { draws: counted(ofStepSize.draws, 'draws') }));

const anglesOf = ({ left, right, null: byChance, ofStepSize }: Angles): LineFigure => ({
  kind: 'lines',
  x: { title: say('indexOf'), scale: 'linear', format: 'integer' },
  y: { title: say('compare.degrees'), scale: 'linear', format: 'number', range: [0, 90] },
  curves: [
    { name: say('compare.left'), x: places(left), y: left.map(degrees), look: markedLook(0) },
    { name: say('compare.right'), x: places(right), y: right.map(degrees), look: markedLook(1) },
    ...(ofStepSize === undefined
      ? []
      : [
          {
            name: say('compare.leftOfStep'),
            x: places(ofStepSize.left),
            y: ofStepSize.left.map(degrees),
            look: nullLook,
          },
          {
            name: say('compare.rightOfStep'),
            x: places(ofStepSize.right),
            y: ofStepSize.right.map(degrees),
            look: edgeLook,
          },
        ]),
  ],
  marks: [{ across: 'y', at: degrees(byChance.left), label: say('compare.randomSubspaces'), look: nullLook }],
});

const similaritiesOf = ({ similarities, threshold }: Intruders): LineFigure => ({
  kind: 'lines',
  x: { title: say('indexOf'), scale: 'linear', format: 'integer' },
  y: { title: say('compare.similarity'), scale: 'linear', format: 'number', range: [0, 1.02] },
  curves: [
    {
      name: say('compare.similarity'),
      x: places(similarities),
      y: [...similarities],
      look: markedLook(0),
    },
  ],
  marks: [
    {
      across: 'y',
      at: threshold,
      label: say('compare.threshold'),
      look: { ...lineLook(0), ink: 'muted', dash: 'dot' },
    },
  ],
});
