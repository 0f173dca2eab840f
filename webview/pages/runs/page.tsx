import { useMemo } from 'preact/hooks';
import { statisticKeys, type StatisticKey } from '../../../extension/contract/statistics/table.js';
import { ChartCard } from '../../charts/chartCard.js';
import { Choice } from '../../elements/choice.js';
import { SideChoice, StatisticChoice } from '../../parts/spectrumChoices.js';
import { CurvesCard } from '../../parts/curves/card.js';
import { OfferAnalysis } from '../../parts/offerAnalysis.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { analysisAbsent } from '../../report/absence.js';
import { sides, substantial, type Of } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { integer, none, number } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';
import { overlaidRuns, type OverlaidRun } from '../../report/overlaidRuns.js';
import { runsFigure, runsSpectrumFigure, sharedSteps } from './figure.js';

const lastStep = -1;
const capital = (text: string): string => text.replace(/^./, (letter) => letter.toUpperCase());

interface MatrixRow {
  readonly key: string;
  readonly label: string;
}

/** Several runs of one model over each other: a statistic over the steps, and the differences at one step. */
export function Runs() {
  const view = useInspection();
  const { report, matrices } = view;
  const [statistic, setStatistic] = usePersistedState<StatisticKey>(
    'runs.statistic',
    'stableRank',
    oneOf(statisticKeys),
  );
  const [side, setSide] = usePersistedState<Of>('runs.of', 'weights', oneOf(sides));
  const [chosen, choose] = usePersistedState('runs.matrix', '', isText);
  const [step, setStep] = usePersistedState('runs.step', lastStep, isNumber);
  const [scale, setScale] = useScale('runs.scale', 'linear');
  const runs = useMemo(() => overlaidRuns(report), [report]);
  const shared = useMemo(
    () =>
      matrices
        .filter(({ key }) => runs.slice(1).some((run) => run.of(key, side).length > 0))
        .map(({ key, label }): MatrixRow => ({ key, label })),
    [matrices, runs, side],
  );
  const keys = useMemo(() => shared.map(({ key }) => key), [shared]);
  const matrix =
    keys.find((key) => key === chosen) ??
    substantial(matrices).find(({ key }) => keys.includes(key))?.key ??
    keys[0];
  const figure = useMemo(
    () => (matrix === undefined ? undefined : runsFigure(runs, matrix, side, statistic, scale)),
    [runs, matrix, side, statistic, scale],
  );
  const steps = useMemo(() => sharedSteps(runs, keys, side), [runs, keys, side]);
  const at = steps.includes(step) ? step : steps.at(-1);
  const [spectrumScale, setSpectrumScale] = useScale('runs.spectrum.scale', 'log');
  const spectrum = useMemo(
    () =>
      matrix === undefined || at === undefined
        ? undefined
        : runsSpectrumFigure(runs, matrix, side, at, spectrumScale),
    [runs, matrix, side, at, spectrumScale],
  );
  const columns = useMemo(
    () => columnsOf(runs, side, statistic, at, choose),
    [runs, side, statistic, at, choose],
  );
  if (report.runSpectra.length === 0)
    return <OfferAnalysis request={{ id: 'runs' }} says={say('runs.offer')} text={say('runs.compute')} />;
  return (
    <>
      <div class="pickers">
        <label>
          <span>{say('matrix')}</span>
          <Choice
            label={say('matrix')}
            value={matrix ?? ''}
            options={shared.map(({ key, label }) => ({ value: key, text: label }))}
            onChange={choose}
          />
        </label>
        <label>
          <span>{say('statistic')}</span>
          <StatisticChoice value={statistic} onChange={setStatistic} />
        </label>
        <label>
          <span>{say('of')}</span>
          <SideChoice value={side} onChange={setSide} />
        </label>
        {steps.length > 1 && at !== undefined && (
          <label class="slider">
            <span>{say('runs.step')}</span>
            <input
              type="range"
              min="0"
              max={steps.length - 1}
              value={steps.indexOf(at)}
              aria-valuetext={say('spectra.atStep', { step: at })}
              onInput={({ currentTarget }) => setStep(steps[currentTarget.valueAsNumber] ?? lastStep)}
            />
            <output>{integer(at)}</output>
          </label>
        )}
      </div>
      <div class="cards">
        <ChartCard
          id="runs.chart"
          title={capital(say('runs.title', { statistic: statisticName(statistic), matrix: matrix ?? '' }))}
          figure={figure}
          says={say('runs.says', { n: runs.length, run: runs[0]!.name })}
          absent={analysisAbsent(view, 'runs')}
          controls={<ScaleChoice axis={statisticName(statistic)} value={scale} onChange={setScale} />}
        />
        {spectrum && at !== undefined && (
          <ChartCard
            id="runs.spectrum"
            title={say('runs.spectrum', { matrix: matrix ?? '', step: at })}
            figure={spectrum}
            says={say('runs.spectrumSays', { n: runs.length, run: runs[0]!.name })}
            absent={analysisAbsent(view, 'runs')}
            controls={
              <ScaleChoice axis={say('singularValue')} value={spectrumScale} onChange={setSpectrumScale} />
            }
          />
        )}
        <CurvesCard />
      </div>
      {at !== undefined && (
        <SortableTable
          id="runs.table"
          title={capital(say('runs.table', { statistic: statisticName(statistic), step: at }))}
          columns={columns}
          rows={shared}
          keyOf={({ key }) => key}
          textOf={({ key, label }) => `${key} ${label}`}
          says={say('runs.tableSays', { run: runs[0]!.name })}
        />
      )}
    </>
  );
}

const columnsOf = (
  runs: readonly OverlaidRun[],
  side: Of,
  statistic: StatisticKey,
  step: number | undefined,
  choose: (key: string) => void,
): TableColumn<MatrixRow>[] => {
  const entryOf = (run: OverlaidRun, { key }: MatrixRow) =>
    run.of(key, side).find((entry) => entry.step === step);
  const valueOf = (run: OverlaidRun, row: MatrixRow): number | undefined => entryOf(run, row)?.[statistic];
  const [first, ...others] = runs;
  const differenceOf = (run: OverlaidRun, row: MatrixRow): number | undefined => {
    const [own, other] = [valueOf(first!, row), valueOf(run, row)];
    return own === undefined || other === undefined ? undefined : other - own;
  };
  const cell = (run: OverlaidRun, row: MatrixRow) => {
    const value = valueOf(run, row);
    const shuffled = entryOf(run, row)?.nulls[statistic]?.mean;
    return value === undefined ? (
      none
    ) : (
      <>
        {number(value, 4)}
        {shuffled !== undefined && <span class="muted">{` (${number(shuffled, 4)})`}</span>}
      </>
    );
  };
  return [
    {
      id: 'matrix',
      title: say('matrix'),
      value: ({ label }) => label,
      cell: ({ key, label }) => (
        <button type="button" class="link" onClick={() => choose(key)}>
          {label}
        </button>
      ),
    },
    ...runs.map((run): TableColumn<MatrixRow> => ({
      id: `value ${run.name}`,
      title: run.name,
      note: run.path,
      isNumeric: true,
      value: (row) => valueOf(run, row),
      cell: (row) => cell(run, row),
    })),
    ...others.map((run): TableColumn<MatrixRow> => ({
      id: `difference ${run.name}`,
      title: say('runs.difference', { run: run.name }),
      isNumeric: true,
      value: (row) => differenceOf(run, row),
    })),
  ];
};
