import { distanceOfAbsent } from '../../report/absence.js';
import { counted } from '../../words/counts.js';
import { bytes, number } from '../../words/numbers.js';
import { useInspection } from '../../state/inspectionContext.js';
import { notOpened, useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** The files that were read, step by step. */
export function CheckpointList() {
  const view = useInspection();
  const { report, host } = view;
  const { checkpoints } = report;
  const { failure, ask } = useRequests();
  return (
    <details class="card wide files">
      <summary>
        <h2>{counted(checkpoints.length, 'checkpoints')}</h2>
      </summary>
      <Failure says={failure} />
      <div class="scroller" tabIndex={0} role="region" aria-label={say('files.file')}>
        <table class="matrices">
          <thead>
            <tr>
              <th scope="col" class="number">
                {say('files.step')}
              </th>
              <th scope="col">{say('files.file')}</th>
              <th scope="col" class="number">
                {say('files.size')}
              </th>
              <th scope="col">{say('files.format')}</th>
              <th scope="col" class="number">
                {say('files.distance')}
              </th>
              <th scope="col">{say('files.note')}</th>
            </tr>
          </thead>
          <tbody>
            {checkpoints.map((checkpoint) => (
              <tr key={checkpoint.label}>
                <th scope="row" class="number">
                  {checkpoint.step}
                </th>
                <td>
                  {checkpoint.files.map(({ path }) =>
                    host ? (
                      <button
                        type="button"
                        class="link"
                        aria-label={say('files.open', { name: fileName(path) })}
                        title={path}
                        onClick={() => ask(host.openFile(path), notOpened(fileName(path)))}
                      >
                        {fileName(path)}
                      </button>
                    ) : (
                      <span title={path}>{fileName(path)}</span>
                    ),
                  )}
                </td>
                <td class="number">{bytes(checkpoint.files.reduce((sum, file) => sum + file.bytes, 0))}</td>
                <td>{checkpoint.format}</td>
                <td class="number">
                  {checkpoint.distanceFromFirst === undefined ? (
                    <span class="muted">{distanceOfAbsent(view, checkpoint.step)}</span>
                  ) : (
                    number(checkpoint.distanceFromFirst, 3, 3)
                  )}
                </td>
                <td class="muted">
                  {checkpoint.duplicateOf !== undefined &&
                    say('files.duplicate', { label: checkpoint.duplicateOf })}
                  {checkpoint.stepIsPosition && say('files.position')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
