import { useInspection } from '../state/inspectionContext.js';
import { say } from '../words/say.js';

/** Where the numbers of the page come from: closed on the screen, open on paper. */
export function ProvenanceCard({ isOpen }: { readonly isOpen: boolean }) {
  const { provenance } = useInspection();
  return (
    <details class="provenance" open={isOpen}>
      <summary>{say('frame.provenance')}</summary>
      <ul>
        {provenance.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
