import { decimals, percent } from '../describe/numbers.js';
import { kStar, rankForEnergy } from '../describe/rankNeeded.js';
import { inOrder } from '../figures/reconstruction.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../strings.js';

/** Which rank each method needs: at the threshold, at k*(95) and k*(99), and for 90 and 99 percent of the energy. */
export function RanksNeeded({ threshold }: { readonly threshold: number }) {
  const { report } = useInspection();
  const entries = inOrder(report.reconstructions);
  if (entries.length === 0) return null;
  const run = entries.some(({ baseline }) => baseline);
  const shown = (rank: number | undefined, full: number): string =>
    rank === undefined ? '–' : `${rank} (${percent(rank / full)})`;
  const columns = [
    ...(run
      ? [
          {
            title: say('rank.thresholdAccuracy', { share: percent(threshold) }),
            rank: (entry: (typeof entries)[number]) => kStar(entry, threshold),
          },
          { title: say('rank.k95'), rank: (entry: (typeof entries)[number]) => kStar(entry, 0.95) },
          { title: say('rank.k99'), rank: (entry: (typeof entries)[number]) => kStar(entry, 0.99) },
        ]
      : []),
    {
      title: say('rank.thresholdEnergy', { share: percent(threshold) }),
      rank: (entry: (typeof entries)[number]) => rankForEnergy(entry, threshold),
    },
    { title: say('rank.rank90'), rank: ({ rank90 }: (typeof entries)[number]) => rank90 },
    { title: say('rank.rank99'), rank: ({ rank99 }: (typeof entries)[number]) => rank99 },
  ];
  return (
    <section class="card wide" aria-labelledby="ranks-title">
      <header>
        <h2 id="ranks-title">{say('rank.table')}</h2>
      </header>
      <div class="scroller" tabIndex={0} role="region" aria-labelledby="ranks-title">
        <table class="matrices">
          <thead>
            <tr>
              <th scope="col">{say('rank.method')}</th>
              <th scope="col" class="number">
                {say('rank.full')}
              </th>
              {columns.map(({ title }) => (
                <th scope="col" class="number">
                  {title}
                </th>
              ))}
              <th scope="col" class="number">
                {say('rank.entropy')}
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={`${entry.method} ${entry.scope}`}>
                <th scope="row">
                  {say(`method.${entry.method}`)} <span class="muted">{say(`scope.${entry.scope}`)}</span>
                </th>
                <td class="number">{entry.fullRank}</td>
                {columns.map(({ rank }) => (
                  <td class="number">{shown(rank(entry), entry.fullRank)}</td>
                ))}
                <td class="number">
                  {entry.spectralEntropy === undefined ? '–' : decimals(entry.spectralEntropy, 3)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
