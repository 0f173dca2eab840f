import { hasSteps } from '../../extension/contract/stepKnown.js';
import { counted } from '../words/counts.js';
import { integer } from '../words/numbers.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../words/say.js';

/** What the reader should know before trusting a number. Open, unless it is long, so that nobody misses it. */
export function WarningList() {
  const { report } = useInspection();
  const { warnings } = report;
  if (warnings.length === 0) return null;
  return (
    <details class="warnings" open={warnings.length <= 3}>
      <summary>
        <span class="sign" aria-hidden="true">
          ⚠
        </span>
        {counted(warnings.length, 'warnings')}
      </summary>
      <ul>
        {warnings.map(({ code, message, tensor, step }) => (
          <li>
            {message} <code>{code}</code>
            {tensor !== undefined && <code>{tensor}</code>}
            {step !== undefined && hasSteps(report) && <code>{`${say('step')} ${integer(step)}`}</code>}
          </li>
        ))}
      </ul>
    </details>
  );
}
