import type { Report, SweepCell } from '../../../extension/contract/report.js';
import { CopyTable } from '../../charts/copyTable.js';
import type { Table } from '../../charts/table.js';
import { number, percent } from '../../words/numbers.js';
import { amountSays, statusSays } from './sentences.js';
import { isChance } from '../../report/chance.js';
import { accuracyOf, cellAt, measurementOf, measurementsOf, type Slice } from '../../report/sweepCells.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';
import { Choice } from '../../elements/choice.js';

/**
 * One measurement of each run, scales by weight decays, with its nulls and the paper's values. Runs without a
 * measurement say so.
 */
export function SweepTable({ slice }: { readonly slice: Slice }) {
  const { report } = useInspection();
  const [axes] = report.sweep;
  const measurements = measurementsOf(report.sweepCells.filter(({ inGrid }) => inGrid));
  const [chosen, choose] = usePersistedState('sweep.measurement', '', isText);
  const measurement = measurements.find(({ name }) => name === chosen) ?? measurements[0];
  if (!axes || !measurement) return null;
  const { name, says } = measurement;
  return (
    <section class="card wide" aria-labelledby="sweep-compared-title">
      <header>
        <h2 id="sweep-compared-title">{say('sweep.compared', { name })}</h2>
        <Choice
          label={say('sweep.measurement')}
          value={name}
          options={measurements.map((each) => ({ value: each.name, text: each.name }))}
          onChange={choose}
        />
        <div class="tools">
          <CopyTable
            title={say('sweep.compared', { name })}
            table={() => comparedTable(report, slice, name)}
          />
        </div>
      </header>
      <div class="scroller" tabIndex={0} role="group" aria-labelledby="sweep-compared-title">
        <table class="matrices compared">
          <thead>
            <tr>
              <th scope="col">{say('sweep.scale')}</th>
              {axes.decays.map((decay) => (
                <th scope="col" key={decay}>
                  {say('sweep.decayIs', { decay: number(decay) })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {axes.scales.map((scale) => (
              <tr key={scale}>
                <th scope="row">{scale}</th>
                {axes.decays.map((decay) => (
                  <td key={decay}>
                    <Cell cell={cellAt(report, slice, scale, decay)} name={name} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="says">
        {says} {axes.paper && say('sweep.paper', { id: axes.paper.id })}
      </p>
    </section>
  );
}

/** The measured values, scales down and weight decays across. */
function comparedTable(report: Report, slice: Slice, name: string): Table {
  const { scales, decays } = report.sweep[0]!;
  const shown = (cell: SweepCell | undefined): string | number | undefined => {
    const { value, format = 'number' } = measurementOf(cell, name) ?? {};
    return typeof value === 'object' ? amountSays(value, format) : value;
  };
  return {
    headings: [say('sweep.scale'), ...decays.map((decay) => say('sweep.decayIs', { decay: number(decay) }))],
    rows: scales.map((scale) => [
      scale,
      ...decays.map((decay) => shown(cellAt(report, slice, scale, decay))),
    ]),
  };
}

/** A number of a run that has learnt nothing is no finding: it is muted and says so. */
function Measured({ value, cell }: { readonly value: string; readonly cell: SweepCell }) {
  const accuracy = cell.measured && accuracyOf(cell.measured.testAccuracy, undefined);
  if (accuracy === undefined || !isChance(accuracy, cell.chance)) return <strong>{value}</strong>;
  return (
    <>
      {value}
      <small class="muted">
        {say('sweep.atChance', { accuracy: percent(accuracy), chance: percent(cell.chance) })}
      </small>
    </>
  );
}

function Cell({ cell, name }: { readonly cell: SweepCell | undefined; readonly name: string }) {
  const measurement = measurementOf(cell, name);
  if (!cell) return null;
  const { value, nulls = [], published, format = 'number' } = measurement ?? {};
  return (
    <>
      {value === undefined ? (
        <>
          <span class="muted">{say('sweep.notMeasured')}</span>
          <small class="muted">{statusSays(cell)}</small>
        </>
      ) : (
        <Measured value={amountSays(value, format)} cell={cell} />
      )}
      {value !== undefined && cell.grokStep === undefined && (
        <small class="muted">{say('sweep.noGrok')}</small>
      )}
      {nulls.map((each) => (
        <small class="muted" key={each.name}>
          {say('sweep.cellNull', { name: each.name, value: amountSays(each.value, format) })}
        </small>
      ))}
      {published !== undefined && (
        <small class="muted">{say('sweep.cellPaper', { value: amountSays(published, format) })}</small>
      )}
    </>
  );
}
