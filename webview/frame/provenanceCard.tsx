import { useInspection } from '../state/inspectionContext.js';
import type { Page } from '../pages/table.js';
import { say } from '../words/say.js';

interface ProvenanceCardProps {
  readonly isOpen: boolean;
  /** Pages whose analyses were not computed. */
  readonly leftOut: readonly Page[];
}

/** The provenance of the page's numbers, and what was not computed: collapsed on screen, open on paper. */
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
