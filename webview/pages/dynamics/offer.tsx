import { Failure } from '../../elements/failure.js';
import { Button } from '../../elements/toolkit.js';
import { OfferAnalysis } from '../../parts/offerAnalysis.js';
import { useInspection } from '../../state/inspectionContext.js';
import { useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';

/** Offers an analysis that is not part of every inspection, with what it shows and what it costs. */
export function Offer({ analysis }: { readonly analysis: 'edge' | 'defect' }) {
  const { report, host, running } = useInspection();
  const { failure, ask } = useRequests();
  const isThere = report.analyses.some(({ id }) => id === analysis);
  if (isThere || !host) return null;
  const canRun = analysis === 'edge' || report.source.descriptor !== undefined;
  return (
    <section class="offer">
      <p class="says page">{say(canRun ? `dynamics.offer.${analysis}` : 'dynamics.offer.noModel')}</p>
      {canRun && !running && (
        <Button secondary onClick={() => ask(host.analyse({ id: analysis }))}>
          {say(`dynamics.compute.${analysis}`)}
        </Button>
      )}
      <Failure says={failure} />
    </section>
  );
}

/** What the inspected run has and runs that were overlaid before do not. */
export function OfferOthers() {
  const { report } = useInspection();
  const request = report.analyses.find(({ id }) => id === 'runs');
  const isMissing = (['updateSpectra', 'defects', 'matrixGaps'] as const).some(
    (section) =>
      report[section].length > 0 && !report.runResults.some((result) => result.section === section),
  );
  if (request === undefined || !isMissing) return null;
  return (
    <OfferAnalysis request={request} says={say('dynamics.offer.runs')} text={say('dynamics.compute.runs')} />
  );
}
