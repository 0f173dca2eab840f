import type { Intervention, InterventionKind } from '../../../contract/interventions.js';
import type { InterventionRow } from './intervention.js';
import { kick } from './kick.js';
import { noise } from './noise.js';
import { penalty } from './penalty.js';
import { suppress } from './suppress.js';

/** Every kind of intervention. To add one, add a file, a row and its settings in the contract. */
const rows: { readonly [K in InterventionKind]: InterventionRow<K> } = { suppress, kick, penalty, noise };

/** The row of an intervention, of any kind. */
export const rowOf = ({ kind }: Intervention): InterventionRow<InterventionKind> =>
  rows[kind] as InterventionRow<InterventionKind>;

const when = ({ from, until }: Intervention): string =>
  until === undefined ? `after step ${from}` : `after step ${from} up to step ${until}`;

/** One formula per intervention, for `run.json`. */
export const interventionFormulas = (interventions: readonly Intervention[]): string[] =>
  interventions.map((asked) => {
    const basis =
      asked.basis &&
      (
        {
          execution: 'B: leading components of the path of a run',
          random: 'B: random directions',
        } as const
      )[asked.basis.kind];
    return [`${rowOf(asked).formula(asked)}, ${when(asked)}`, ...(basis === undefined ? [] : [basis])].join(
      '; ',
    );
  });
