import { FilterField } from '../elements/filterField.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../words/say.js';

const fewest = 8;

/** One filter for the tables and the charts of every page. */
export function MatrixFilter() {
  const { matrices, matrixChoice } = useInspection();
  const { filter, setFilter, shown, finds } = matrixChoice;
  if (matrices.length <= fewest) return null;
  return (
    <div class="matrix-filter">
      <FilterField value={filter} label={say('frame.filter')} onInput={setFilter} />
      {filter.trim() !== '' && (
        <span class="muted" role="status">
          {finds
            ? say('frame.filtered', { shown: shown.length, of: matrices.length })
            : say('frame.foundNone')}
        </span>
      )}
    </div>
  );
}
