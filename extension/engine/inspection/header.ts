import type { InspectRequest } from '../../contract/calls.js';
import { reportSchemaName, type ReportHeader } from '../../contract/report.js';
import { reportVersions } from '../ground/versions.js';
import type { FoundModel } from '../series/modelOf.js';
import { proposeDescriptor, type DescriptorProposal } from '../series/proposeDescriptor.js';
import type { SourceSeries } from '../series/source.js';
import { unreadTensors, type Survey } from '../series/survey.js';

/** The start of a report: the source, its model, settings and versions. */
export const headerOf = (
  request: InspectRequest,
  source: SourceSeries,
  found: Survey,
  { descriptor }: FoundModel,
  grokStep: number | undefined,
): ReportHeader => {
  const proposal = proposeDescriptor(found.tensors);
  return {
    schema: reportSchemaName,
    source: {
      path: source.path,
      name: source.name,
      kind: source.entries.length > 1 ? 'series' : 'checkpoint',
      parameters: found.parameters,
      ...(descriptor === undefined ? {} : { descriptor }),
      ...(proposal === undefined ? {} : { proposed: proposedOf(proposal) }),
      ...(proposal === undefined || descriptor !== undefined ? {} : { proposal: proposal.sentence }),
      ...(request.evaluation === undefined ? {} : { evaluation: request.evaluation }),
      ...(grokStep === undefined ? {} : { grokStep }),
      ...notReadOf(found),
      ...(source.otherSeries.length > 0 ? { otherSeries: [...source.otherSeries] } : {}),
    },
    settings: request.settings,
    versions: reportVersions(),
    created: new Date().toISOString(),
  };
};

const notReadOf = ({ tensors }: Survey): Pick<ReportHeader['source'], 'notRead'> => {
  const missing = unreadTensors(tensors);
  if (missing.length === 0) return {};
  const types = [...new Set(missing.map(({ dtype }) => dtype))];
  return { notRead: { count: missing.length, of: tensors.length, types } };
};

const proposedOf = ({ kind, prime, d, layers, dFf, tasks }: DescriptorProposal) => ({
  ...{ kind, prime, d, layers, dFf },
  tasks: [...tasks],
});
