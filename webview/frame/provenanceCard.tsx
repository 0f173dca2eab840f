import { useInspection } from '../state/inspectionContext.js';
import type { Page } from '../pages/table.js';
import { say } from '../words/say.js';

interface ProvenanceCardProps {
  readonly isOpen: boolean;
  /** Pages of what was not computed. */
  readonly leftOut: readonly Page[];
}

/** Where the numbers of the page come from, and what was not computed: closed on the screen, open on paper. */
export function ProvenanceCard({ isOpen, leftOut }: ProvenanceCardProps) {
  const { provenance } = useInspection();
  return (
    <details class="provenance" open={isOpen}>
      <summary>{say('frame.provenance')}</summary>
      <ul>
        {provenance.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {leftOut.length > 0 && (
          <li>
            {say('frame.leftOut', {
              pages: leftOut.map(({ title }) => say(title)).join(', '),
              analyses: leftOut.flatMap(({ onRequest }) => onRequest?.analyses ?? []).join(','),
            })}
          </li>
        )}
      </ul>
    </details>
  );
}
