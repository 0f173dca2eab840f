import type { OverlaidSection } from '../../extension/contract/report.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../words/say.js';
import { OfferAnalysis } from './offerAnalysis.js';

/** Offers, once runs are overlaid, what the inspected run has of some sections and the others do not. */
export function OfferOthers({ sections }: { readonly sections: readonly OverlaidSection[] }) {
  const { report } = useInspection();
  const request = report.analyses.find(({ id }) => id === 'runs');
  const isMissing = sections.some(
    (section) =>
      report[section].length > 0 && !report.runResults.some((result) => result.section === section),
  );
  if (request === undefined || !isMissing) return null;
  return <OfferAnalysis request={request} says={say('overlay.offer')} text={say('overlay.compute')} />;
}
