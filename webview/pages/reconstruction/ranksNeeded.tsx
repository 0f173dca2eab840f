import { accuracyAbsent } from '../../report/absence.js';
import { decimals, integer, percent } from '../../words/numbers.js';
import { kStar, rankForEnergy } from './rankNeeded.js';
import { inOrder, rebuildingName } from './figure.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

/** Which rank each method needs: at the threshold, at k*(95) and k*(99), and for 90 and 99 percent of the energy. */
export function RanksNeeded({ threshold }: { readonly threshold: number }) {
  const view = useInspection();
  const { report } = view;
  const entries = inOrder(report.reconstructions);
  if (entries.length === 0) return null;
  const run = entries.some(({ baseline }) => baseline);
  const missing = (entry: (typeof entries)[number], byAccuracy: boolean): string =>
    byAccuracy && !entry.points.some(({ testAccuracy }) => testAccuracy)
      ? accuracyAbsent(view)
      : say('rank.notReached');
  const columns = [
    ...(run
      ? [
          {
            title: say('rank.thresholdAccuracy', { share: percent(threshold) }),
            byAccuracy: true,
            rank: (entry: (typeof entries)[number]) => kStar(entry, threshold),
          },
          {
            title: say('rank.k95'),
            byAccuracy: true,
            rank: (entry: (typeof entries)[number]) => kStar(entry, 0.95),
          },
          {
            title: say('rank.k99'),
            byAccuracy: true,
            rank: (entry: (typeof entries)[number]) => kStar(entry, 0.99),
          },
        ]
      : []),
    {
      title: say('rank.thresholdEnergy', { share: percent(threshold) }),
      byAccuracy: false,
      rank: (entry: (typeof entries)[number]) => rankForEnergy(entry, threshold),
    },
    { title: say('rank.rank90'), byAccuracy: false, rank: ({ rank90 }: (typeof entries)[number]) => rank90 },
    { title: say('rank.rank99'), byAccuracy: false, rank: ({ rank99 }: (typeof entries)[number]) => rank99 },
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
              <tr key={`${entry.method} ${entry.scope} ${entry.of}`}>
                <th scope="row">
                  {rebuildingName(entry)} <span class="muted">{say(`scope.${entry.scope}`)}</span>
                </th>
                <td class="number">{integer(entry.fullRank)}</td>
                {columns.map(({ rank, byAccuracy }) => {
                  const needed = rank(entry);
                  return needed === undefined ? (
                    <td class="number muted">{missing(entry, byAccuracy)}</td>
                  ) : (
                    <td class="number">{`${integer(needed)} (${percent(needed / entry.fullRank)})`}</td>
                  );
                })}
                <td class="number">
                  {entry.spectralEntropy === undefined
                    ? say('rank.oneRank')
                    : decimals(entry.spectralEntropy, 3)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
