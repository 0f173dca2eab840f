import type { AnalysisRequest } from '../../extension/contract/report.js';
import { Failure } from '../elements/failure.js';
import { Button } from '../elements/toolkit.js';
import { useInspection } from '../state/inspectionContext.js';
import { useRequests } from '../state/requests.js';
import { say } from '../words/say.js';

interface OfferAnalysisProps {
  readonly request: AnalysisRequest;
  /** What it shows, and what it costs. */
  readonly says: string;
  /** Label of the button. */
  readonly text: string;
}

/** Offers an optional analysis; a report on disk says how to get it. */
export function OfferAnalysis({ request, says, text }: OfferAnalysisProps) {
  const { host, running } = useInspection();
  const { failure, ask } = useRequests();
  return (
    <section class="offer">
      <p class="says page">{host ? says : `${says} ${say('offer.command', { name: request.id })}`}</p>
      {host && !running && (
        <Button secondary onClick={() => ask(host.analyse(request))}>
          {text}
        </Button>
      )}
      {host && running && <span class="muted">{say('computing')}</span>}
      <Failure says={failure} />
    </section>
  );
}
