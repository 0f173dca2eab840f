import { controlsSay } from './controlsSentences.js';
import { Button } from '../../elements/toolkit.js';
import { useInspection } from '../../state/inspectionContext.js';
import { useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';

/** The nulls of the trajectory's components: offered, and once computed one sentence for each. */
export function Controls() {
  const { report, host, running } = useInspection();
  const { controls, reconstructions } = report;
  const { failure, ask } = useRequests();
  const isOffered =
    host !== undefined &&
    report.source.descriptor !== undefined &&
    !controls.some(({ kind }) => kind === 'random-directions');
  if (controls.length === 0 && !isOffered) return null;
  const trajectory = reconstructions.find(({ method, of }) => method === 'trajectory-pca' && of === 'change');
  return (
    <section class="card wide" aria-labelledby="controls-title">
      <header>
        <h2 id="controls-title">{say('controls.title')}</h2>
        {isOffered && !running && (
          <Button secondary onClick={() => ask(host.analyse({ id: 'controls' }))}>
            {say('controls.compute')}
          </Button>
        )}
      </header>
      <Failure says={failure} />
      {isOffered && <p class="says page">{say('controls.offer')}</p>}
      {controls.length > 0 && (
        <>
          <ul>
            {controlsSay(controls, trajectory).map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ul>
          <p class="says page">{say('controls.mean')}</p>
        </>
      )}
    </section>
  );
}
