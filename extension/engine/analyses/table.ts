import { GeometryError } from '../../contract/errors.js';
import type { Analysis } from './analysis.js';
import { angles } from './angles/row.js';
import { attention } from './attention/row.js';
import { compare } from './compare/row.js';
import { controls, walks } from './controls/row.js';
import { defect } from './defect/row.js';
import { digests } from './digests/row.js';
import { edge } from './edge/row.js';
import { farms } from './farms/row.js';
import { matrix } from './matrix/row.js';
import { modes } from './modes/row.js';
import { path } from './path/row.js';
import { jointReconstructions, perMatrixReconstructions } from './reconstruction/row.js';
import { runs } from './runs/row.js';
import { exactSpectra, lastSpectra, otherSpectra } from './spectra/row.js';
import { tensors } from './tensors/row.js';
import { trajectory } from './trajectory/row.js';

/**
 * Every analysis of an inspection, in the order in which they start unless the user looks at another page.
 *
 * To add one:
 * 1. A section of the report, unless it writes to one that exists: `contract/report/NAME.ts` with the schema of an entry
 *    and its key (`section(schema, key)`), a row in `contract/report/sections.ts`, an `export *` in `contract/report.ts`.
 * 2. A folder `analyses/NAME/` with the computation (numbers in, numbers out, what is not about checkpoints goes to
 *    `geometry/`) and `row.ts`, which exports `analysis({ id, sections, needs, isDefault, topic, weight, steps, … })`.
 * 3. A row here.
 *
 * From the row follow: the name in `inspect --analyses` and its line in `--help`; its flags (`flags`, checked by
 * `settings`); the request that the panel makes for it (`host.analyse({ id, settings })`); progress, order and
 * cancellation; the entry in the report's `analyses` that marks it as complete, so that the cache answers next time.
 */
export const analyses: readonly Analysis[] = [
  tensors,
  lastSpectra,
  trajectory,
  perMatrixReconstructions,
  jointReconstructions,
  otherSpectra,
  angles,
  walks,
  controls,
  compare,
  runs,
  attention,
  matrix,
  exactSpectra,
  farms,
  path,
  defect,
  edge,
  modes,
  digests,
];

/** @throws GeometryError `invalid-argument` that names the analyses there are. */
export const analysisNamed = (id: string): Analysis => {
  const found = analyses.find((analysis) => analysis.id === id);
  if (found !== undefined) return found;
  const known = analyses.map((analysis) => analysis.id).join(', ');
  throw new GeometryError(
    'invalid-argument',
    `There is no analysis ${JSON.stringify(id)}; there are ${known}.`,
  );
};
