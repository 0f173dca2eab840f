import { useMemo } from 'preact/hooks';
import {
  attentionProducts,
  type AttentionHead,
  type AttentionProduct,
} from '../../../extension/contract/report.js';
import { ChartCard } from '../../charts/chartCard.js';
import { Choice } from '../../elements/choice.js';
import { GridCard } from '../../parts/gridCard.js';
import { OfferAnalysis } from '../../parts/offerAnalysis.js';
import { OfferOthers } from '../../parts/offerOthers.js';
import { useRunsOverlay } from '../../parts/runsOverlay.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';
import { headFigure, headGrid, headSays, headStatistics, sameHead, type HeadStatistic } from './figure.js';

const keyOf = ({ stack, layer, head }: AttentionHead): string => `${stack} ${layer} ${head}`;

/** Every head by what it attends to and what it writes: products of its matrices, each beside shuffled factors. */
export function Attention() {
  const { report } = useInspection();
  const [product, setProduct] = usePersistedState<AttentionProduct>(
    'attention.product',
    'QK',
    oneOf(attentionProducts),
  );
  const [statistic, setStatistic] = usePersistedState<HeadStatistic>(
    'attention.statistic',
    'effectiveRank',
    oneOf(headStatistics),
  );
  const [chosen, choose] = usePersistedState('attention.head', '', isText);
  const [scale, setScale] = useScale('attention.scale', 'log');
  const heads = useMemo(
    () => report.attentionHeads.filter((entry) => entry.product === product),
    [report, product],
  );
  const grid = useMemo(() => headGrid(heads, statistic), [heads, statistic]);
  const shown = heads.find((entry) => keyOf(entry) === chosen) ?? heads[0];
  const runs = useRunsOverlay();
  const figure = useMemo(
    () =>
      shown &&
      runs.over((one) => {
        const same = sameHead(one, shown);
        return same && headFigure(same, scale);
      }),
    [shown, scale, runs],
  );
  if (report.attentionHeads.length === 0)
    return (
      <OfferAnalysis
        request={{ id: 'attention' }}
        says={say('attention.offer')}
        text={say('attention.compute')}
      />
    );
  return (
    <>
      <OfferOthers sections={['attentionHeads']} />
      {runs.choice && <div class="pickers">{runs.choice}</div>}
      <GridCard
        id="attention.grid"
        title={say('attention.title', { value: grid.grid.value, product: say(`attention.${product}`) })}
        grid={grid.grid}
        absent=""
        says={say('attention.says', { draws: heads[0]?.nulls?.draws ?? 0 })}
        onCell={(row, column) => {
          const entry = grid.at(row, column);
          if (entry) choose(keyOf(entry));
        }}
        controls={
          <>
            <Choice
              label={say('attention.product')}
              value={product}
              options={attentionProducts.map((value) => ({ value, text: say(`attention.${value}`) }))}
              onChange={setProduct}
            />
            <Choice
              label={say('statistic')}
              value={statistic}
              options={headStatistics.map((value) => ({ value, text: statisticName(value) }))}
              onChange={setStatistic}
            />
          </>
        }
      />
      {shown && (
        <div class="cards stack">
          <ChartCard
            id="attention.spectrum"
            title={say('attention.spectrum', {
              product: say(`attention.${product}`),
              layer: shown.layer,
              head: shown.head,
            })}
            figure={figure}
            says={headSays(shown) + runs.says}
            absent={say('absent.zeroMatrix')}
            controls={<ScaleChoice axis={say('singularValue')} value={scale} onChange={setScale} />}
          />
        </div>
      )}
    </>
  );
}
