import { useMemo } from 'preact/hooks';
import type { MatrixDetail } from '../../../extension/contract/report.js';
import { ChartCard } from '../../charts/chartCard.js';
import { Choice } from '../../elements/choice.js';
import { OfferAnalysis } from '../../parts/offerAnalysis.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import type { MatrixInfo } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { oneOf, usePersistedState } from '../../state/persistedState.js';
import { beyond, countOf } from '../../report/histograms.js';
import { integer, number } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { blocksFigure, entriesFigure, normsFigure, vectorsFigure } from './matrixFigures.js';

const measures = ['rms', 'mean'] as const;
const sides = ['left', 'right'] as const;

/** One matrix at a step, computed on request: entries, rows and columns, leading singular vectors. */
export function MatrixCards({ matrix, step }: { readonly matrix: MatrixInfo; readonly step: number }) {
  const { report } = useInspection();
  const { name, part } = matrix.tensor;
  const detail = report.matrixDetails.find((entry) => matrixKey(entry) === matrix.key && entry.step === step);
  if (detail === undefined)
    return (
      <OfferAnalysis
        request={{ id: 'matrix', settings: { matrix: matrixKey({ tensor: name, part }), step } }}
        says={say('matrix.offer', { matrix: matrix.label })}
        text={say('matrix.compute')}
      />
    );
  return <Cards detail={detail} label={matrix.label} />;
}

function Cards({ detail, label }: { readonly detail: MatrixDetail; readonly label: string }) {
  const [measure, setMeasure] = usePersistedState('matrix.blocks', 'rms', oneOf(measures));
  const [side, setSide] = usePersistedState('matrix.side', 'left', oneOf(sides));
  const { blocks, rows, columns, rowNull, columnNull, vectors } = detail;
  const picture = useMemo(() => blocksFigure(detail, measure), [detail, measure]);
  const entries = useMemo(() => entriesFigure(detail), [detail]);
  const norms = useMemo(() => normsFigure(detail), [detail]);
  const drawn = useMemo(() => vectorsFigure(detail, side), [detail, side]);
  const isWhole = blocks.rowsPerBlock * blocks.columnsPerBlock === 1;
  return (
    <>
      <div class="cards stack">
        <ChartCard
          id="matrix.blocks"
          title={say('matrix.blocks', { matrix: label })}
          figure={picture}
          says={
            isWhole
              ? say('matrix.everyEntry', { rows, columns })
              : say('matrix.blockSays', {
                  ...{ rows, columns },
                  height: blocks.rowsPerBlock,
                  width: blocks.columnsPerBlock,
                })
          }
          absent=""
          controls={
            <Choice
              label={say('matrix.measure')}
              value={measure}
              options={measures.map((value) => ({ value, text: say(`matrix.${value}`) }))}
              onChange={setMeasure}
            />
          }
        />
        <ChartCard
          id="matrix.entries"
          title={say('matrix.entries', { matrix: label })}
          figure={entries}
          says={
            say('matrix.entriesSay', { mean: number(detail.mean), sd: number(detail.sd) }) +
            (beyond(detail.histogram) > 0
              ? ` ${say('matrix.entriesBeyond', {
                  beyond: integer(beyond(detail.histogram)),
                  all: integer(countOf(detail.histogram)),
                })}`
              : '')
          }
          absent={say('absent.zeroMatrix')}
        />
        <ChartCard
          id="matrix.norms"
          title={say('matrix.norms', { matrix: label })}
          figure={norms}
          says={say('matrix.normsSay', {
            rowLow: number(rowNull.q05),
            rowHigh: number(rowNull.q95),
            columnLow: number(columnNull.q05),
            columnHigh: number(columnNull.q95),
          })}
          absent=""
        />
        <ChartCard
          id="matrix.vectors"
          title={say('matrix.vectors', { matrix: label })}
          figure={drawn}
          says={say('matrix.vectorsSay')}
          absent={say(vectors === undefined ? 'matrix.tooLarge' : 'matrix.tooLong')}
          controls={
            <Choice
              label={say('matrix.side')}
              value={side}
              options={sides.map((value) => ({ value, text: say(`matrix.${value}`) }))}
              onChange={setSide}
            />
          }
        />
      </div>
      {vectors && <VectorTable detail={detail} label={label} />}
    </>
  );
}

type VectorRow = NonNullable<MatrixDetail['vectors']>[number] & { readonly index: number };

function VectorTable({ detail, label }: { readonly detail: MatrixDetail; readonly label: string }) {
  const { vectors = [], vectorNull, rows, columns } = detail;
  const numeric = (id: string, title: string, value: (row: VectorRow) => number): TableColumn<VectorRow> => ({
    ...{ id, title, value },
    isNumeric: true,
    cell: (row) => number(value(row), 4),
  });
  return (
    <SortableTable
      id="matrix.participation"
      title={say('matrix.participation', { matrix: label })}
      columns={[
        { ...numeric('index', say('indexOf'), ({ index }) => index), cell: ({ index }) => String(index) },
        numeric('value', say('singularValue'), ({ singularValue }) => singularValue),
        numeric('left', say('matrix.leftOf', { n: rows }), ({ leftParticipation }) => leftParticipation),
        numeric(
          'right',
          say('matrix.rightOf', { n: columns }),
          ({ rightParticipation }) => rightParticipation,
        ),
      ]}
      rows={vectors.map((vector, i) => ({ ...vector, index: i + 1 }))}
      keyOf={({ index }) => String(index)}
      says={say('matrix.participationSays', {
        left: number(vectorNull.left),
        right: number(vectorNull.right),
      })}
    />
  );
}
