import { useInspection } from '../state/inspectionContext.js';
import { shortName } from '../charts/shortNames.js';
import type { MatrixInfo } from '../report/matrices.js';
import { say } from '../words/say.js';

/** Keeps a matrix first in tables and charts, whatever the filter. */
export function PinButton({ matrix }: { readonly matrix: MatrixInfo }) {
  const { matrixChoice } = useInspection();
  const isPinned = matrixChoice.isPinned(matrix.key);
  return (
    <button
      type="button"
      class="tool pin"
      aria-pressed={isPinned}
      aria-label={say('pin.label', { matrix: shortName(matrix.label) })}
      title={say('pin.label', { matrix: shortName(matrix.label) })}
      onClick={() => matrixChoice.togglePin(matrix.key)}
    >
      {say(isPinned ? 'pin.pinned' : 'pin.pin')}
    </button>
  );
}
