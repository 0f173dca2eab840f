import { integer, number, percent } from '../../words/numbers.js';
import { rankOr, runsSay } from './sentences.js';
import { accuracyOf } from '../../report/sweepCells.js';
import { useInspection } from '../../state/inspectionContext.js';
import { notOpened, useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';

/** Where each run of a sweep stands; a run that has begun opens in an inspector of its own. */
export function SweepRuns() {
  const { report, host } = useInspection();
  const { sweepCells } = report;
  const { failure, ask } = useRequests();
  const heading = (text: string) => (
    <th scope="col" class="number narrow">
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
              {heading(say('rank.k95'))}
              {heading(say('rank.k99'))}
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
                    {(['share95', 'share99'] as const).map((share) => (
                      <td class="number">{rankOr(measured.kStar[share], measured.kStar.scanned)}</td>
                    ))}
                  </>
                ) : (
                  <td class="number muted" colSpan={3}>
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
