import { OfferAnalysis } from '../../parts/offerAnalysis.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

/** Offers an analysis that is not part of every inspection, with what it shows and what it costs. */
export function Offer({ analysis }: { readonly analysis: 'edge' | 'defect' }) {
  const { report } = useInspection();
  if (report.analyses.some(({ id }) => id === analysis)) return null;
  const canRun = analysis === 'edge' || report.source.descriptor !== undefined;
  if (!canRun) return <p class="says page">{say('dynamics.offer.noModel')}</p>;
  return (
    <OfferAnalysis
      request={{ id: analysis }}
      says={say(`dynamics.offer.${analysis}`)}
      text={say(`dynamics.compute.${analysis}`)}
    />
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
