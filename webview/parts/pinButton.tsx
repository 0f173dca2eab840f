import { useInspection } from '../state/inspectionContext.js';
import { shortName } from '../charts/shortNames.js';
import type { MatrixInfo } from '../report/matrices.js';
import { say } from '../words/say.js';

/** Keeps a matrix first in tables and charts, independent of the filter. */
export function PinButton({ matrix }: { readonly matrix: MatrixInfo }) {
  const { matrixChoice } = useInspection();
  const isPinned = matrixChoice.isPinned(matrix.key);
  const pin = say(isPinned ? 'pin.pinned' : 'pin.pin');
  const label = say('pin.label', { pin, matrix: shortName(matrix.label) });
  return (
    <button
      type="button"
      class="tool pin"
      aria-pressed={isPinned}
      aria-label={label}
      title={label}
      onClick={() => matrixChoice.togglePin(matrix.key)}
    >
      {pin}
    </button>
  );
}
