import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Statistic } from '../../../extension/contract/statistics/statistic.js';
import { statisticsIn } from '../../../extension/contract/statistics/table.js';
import type { SpectrumEntry } from '../../../extension/contract/report.js';
import { spectrumAbsent } from '../../report/absence.js';
import { CsvButton } from '../../charts/csvButton.js';
import { decimals, number } from '../../words/numbers.js';
import { FilterField } from '../../elements/toolkit.js';
import { fullLabel, type MatrixInfo } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';
import { statisticName, statisticNote } from '../../words/statistics.js';
import { Formula } from '../../elements/formula.js';
import { statisticsTable } from './statisticsTable.js';
import { Sparkline } from '../../parts/sparkline.js';

const manyMatrices = 16;
const shownStatistics = statisticsIn('overview');
/** Each statistic has a column, and in a series one of its way over the steps. */
const statisticColumns = (isSeries: boolean): number => shownStatistics.length * (isSeries ? 2 : 1);

/** Every matrix at the last step: its spectrum beside the shuffled null, its ranks and their way over the steps. */
export function MatrixTable() {
  const { report, matrices, spectra } = useInspection();
  const [filter, setFilter] = usePersistedState('matrices.filter', '', isText);
  const rows = useMemo(
    () => matrices.map((matrix) => ({ matrix, entries: spectra.of(matrix, 'weights') })),
    [matrices, spectra],
  );
  if (rows.length === 0) return null;
  const wanted = filter.trim().toLowerCase();
  const last = report.checkpoints.at(-1)?.step;
  const isSeries = report.checkpoints.length > 1;
  const overSteps = isSeries && <th scope="col">{say('matrices.overSteps')}</th>;
  const shown = rows.filter(({ matrix }) =>
    `${fullLabel(matrix)} ${matrix.tensor.name}`.toLowerCase().includes(wanted),
  );
  return (
    <section class="card wide" aria-labelledby="matrices-title">
      <header>
        <h2 id="matrices-title">{say('matrices.title', { step: last ?? 0 })}</h2>
        <div class="tools">
          {rows.length > manyMatrices && (
            <FilterField value={filter} label={say('matrices.filter')} onInput={setFilter} />
          )}
          {report.spectra.length > 0 && (
            <CsvButton title={say('statistics.all')} table={() => statisticsTable(report.spectra)} />
          )}
        </div>
      </header>
      <div class="scroller tall" tabIndex={0} role="region" aria-labelledby="matrices-title">
        <table class="matrices">
          <thead>
            <tr>
              <th scope="col">{say('matrix')}</th>
              <th scope="col" class="number">
                {say('matrices.shape')}
              </th>
              <th scope="col">{say('matrices.spectrum')}</th>
              {shownStatistics.map(({ key, formula }) => (
                <Fragment key={key}>
                  <th scope="col" class="number" title={statisticNote(key)}>
                    <Formula text={`${statisticName(key)} ${formula}`} />
                  </th>
                  {overSteps}
                </Fragment>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ matrix, entries }) => (
              <MatrixRow key={matrix.key} matrix={matrix} entries={entries} last={last} isSeries={isSeries} />
            ))}
            {shown.length === 0 && (
              <tr>
                <td colSpan={3 + statisticColumns(isSeries)} class="muted">
                  {say('matrices.none')}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <p class="says page">{say('matrices.nulls')}</p>
    </section>
  );
}

const shownText = (format: Statistic['format'], value: number): string =>
  format === 'rank' ? decimals(value, 1) : number(value, 3, 3);

interface MatrixRowProps {
  readonly matrix: MatrixInfo;
  /** Its spectra in the order of their steps. */
  readonly entries: readonly SpectrumEntry[];
  /** The step that the table is of. */
  readonly last: number | undefined;
  readonly isSeries: boolean;
}

function MatrixRow({ matrix, entries, last, isSeries }: MatrixRowProps) {
  const view = useInspection();
  const { label, role, key, tensor, rows, columns } = matrix;
  const entry = entries.findLast(({ step }) => step === last);
  const about = entry && !entry.exact ? '≈ ' : '';
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link"
          title={`${key}\n${say('matrices.show', { matrix: label })}`}
          onClick={() => view.open('spectra', { 'spectra.matrix': key })}
        >
          {label}
        </button>
        {role !== undefined && <span class="muted">{` ${role}`}</span>}
        {tensor.computed !== undefined && <div class="muted">{tensor.computed}</div>}
      </th>
      <td class="number">
        {tensor.shape.join(' × ')}
        {tensor.matrix?.folded && <abbr title={say('matrices.folded')}>{` → ${rows} × ${columns}`}</abbr>}
      </td>
      {entry ? (
        <>
          <td>
            <Sparkline
              values={entry.singularValues}
              reference={entry.nulls.shuffled?.mean}
              label={say('spectra.title', { matrix: label, of: say('weights') })}
            />
          </td>
          {shownStatistics.map(({ key: statistic, format }) => (
            <Fragment key={statistic}>
              <td class="number">
                {entry[statistic] === undefined ? (
                  <span class="muted">{say('absent.zeroMatrix')}</span>
                ) : (
                  about + shownText(format, entry[statistic])
                )}
                {entry.nulls[statistic] && (
                  <span class="muted">{` (${shownText(format, entry.nulls[statistic].mean)})`}</span>
                )}
              </td>
              {isSeries && (
                <td>
                  <Sparkline
                    values={entries.map((one) => one[statistic]).filter((value) => value !== undefined)}
                    label={`${statisticName(statistic)}, ${say('matrices.overSteps')}`}
                  />
                </td>
              )}
            </Fragment>
          ))}
        </>
      ) : (
        <td colSpan={1 + statisticColumns(isSeries)} class="muted">
          {spectrumAbsent(view, matrix, 'weights')}
        </td>
      )}
    </tr>
  );
}
