import type { SweepCell } from '../../../extension/contract/report.js';
import { integer, number, percent } from '../../words/numbers.js';
import { amountSays, runsSay } from './sentences.js';
import { accuracyOf, measurementOf, measurementsOf } from '../../report/sweepCells.js';
import { useInspection } from '../../state/inspectionContext.js';
import { notOpened, useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';

/** Measurements that the table of runs has room for: the first. */
const shown = 2;

const leadingSays = (cell: SweepCell, name: string): string => {
  const measurement = measurementOf(cell, name);
  return measurement?.value === undefined ? '–' : amountSays(measurement.value, measurement.format);
};

/** Where each run of a sweep stands; a run that has begun opens in an inspector of its own. */
export function SweepRuns() {
  const { report, host } = useInspection();
  const { sweepCells } = report;
  const { failure, ask } = useRequests();
  const leading = measurementsOf(sweepCells).slice(0, shown);
  const heading = (text: string) => (
    <th scope="col" class="number narrow" key={text}>
      {text}
    </th>
  );
  return (
    <section class="card wide first" aria-labelledby="sweep-runs-title">
      <header>
        <h2 id="sweep-runs-title">{say('sweep.runs')}</h2>
      </header>
      <Failure says={failure} />
      <div class="scroller" tabIndex={0} role="region" aria-labelledby="sweep-runs-title">
        <table class="matrices sweep-runs">
          <thead>
            <tr>
              <th scope="col">{say('sweep.run')}</th>
              <th scope="col">{say('sweep.scale')}</th>
              {heading(say('sweep.decay'))}
              <th scope="col">{say('sweep.tasks')}</th>
              {heading(say('sweep.seed'))}
              <th scope="col">{say('sweep.status')}</th>
              {heading(say('sweep.step'))}
              {heading(say('sweep.of'))}
              {heading(say('sweep.grokStep'))}
              {heading(say('sweep.testAccuracy'))}
              {leading.map(({ name }) => heading(name))}
            </tr>
          </thead>
          <tbody>
            {sweepCells.map(({ name, path, measured, ...cell }) => (
              <tr key={name} data-status={cell.status}>
                <th scope="row">
                  {host && path !== undefined ? (
                    <button
                      type="button"
                      class="link"
                      aria-label={say('sweep.open', { run: name })}
                      title={path}
                      onClick={() => ask(host.openFile(path), notOpened(name))}
                    >
                      {name}
                    </button>
                  ) : (
                    <span title={path}>{name}</span>
                  )}
                </th>
                <td>{cell.scale}</td>
                <td class="number">{number(cell.decay)}</td>
                <td>{cell.tasks.join(', ')}</td>
                <td class="number">{cell.seed}</td>
                <td class={cell.status === 'queued' ? 'muted' : ''}>{say(`sweep.is.${cell.status}`)}</td>
                <td class="number">{integer(cell.step)}</td>
                <td class="number muted">{integer(cell.of)}</td>
                {cell.grokStep === undefined ? (
                  <td class="number muted">
                    {say(cell.status === 'finished' ? 'sweep.noGrok' : 'sweep.noGrokYet')}
                  </td>
                ) : (
                  <td class="number">{integer(cell.grokStep)}</td>
                )}
                {measured ? (
                  <>
                    <td class="number">{percent(accuracyOf(measured.testAccuracy, undefined) ?? 0)}</td>
                    {leading.map(({ name: of }) => (
                      <td class="number" key={of}>
                        {leadingSays({ name, measured, ...cell }, of)}
                      </td>
                    ))}
                  </>
                ) : (
                  <td class="number muted" colSpan={1 + leading.length}>
                    {say('sweep.notMeasured')}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="says">{runsSay(sweepCells)}</p>
    </section>
  );
}
