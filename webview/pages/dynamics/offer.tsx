import { OfferAnalysis } from '../../parts/offerAnalysis.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

/** Offers an optional analysis, with what it shows and what it costs. */
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
