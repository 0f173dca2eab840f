import type { SweepCell } from '../../../extension/contract/report.js';
import { number, percent } from '../../words/numbers.js';
import { rankOr, statusSays } from './sentences.js';
import { cellAt, type Slice } from '../../report/sweepCells.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

const shares = { share95: 0.95, share99: 0.99 } as const;

export interface SweepTableProps {
  readonly share: keyof typeof shares;
  readonly slice: Slice;
}

/** k* of each run, scales by weight decays, with the null and what the paper has there; what was not measured says so. */
export function SweepTable({ share, slice }: SweepTableProps) {
  const { report } = useInspection();
  const [axes] = report.sweep;
  if (!axes) return null;
  const id = `sweep-${share}-title`;
  const percentage = percent(shares[share]);
  const hasPaper = report.sweepCells.some(({ published }) => published);
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{say('sweep.table', { share: percentage })}</h2>
      </header>
      <div class="scroller" tabIndex={0} role="region" aria-labelledby={id}>
        <table class="matrices compared">
          <thead>
            <tr>
              <th scope="col">{say('sweep.scale')}</th>
              {axes.decays.map((decay) => (
                <th scope="col">{say('sweep.decayIs', { decay: number(decay) })}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {axes.scales.map((scale) => (
              <tr key={scale}>
                <th scope="row">{scale}</th>
                {axes.decays.map((decay) => (
                  <td>
                    <Cell cell={cellAt(report, slice, scale, decay)} share={share} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="says">
        {say('sweep.tableSays', { share: percentage })} {hasPaper && say('sweep.tablePaper')}
      </p>
    </section>
  );
}

function Cell({
  cell,
  share,
}: {
  readonly cell: SweepCell | undefined;
  readonly share: SweepTableProps['share'];
}) {
  if (!cell) return null;
  const { measured, published } = cell;
  return (
    <>
      {measured ? (
        <strong>{rankOr(measured.kStar[share], measured.kStar.scanned)}</strong>
      ) : (
        <>
          <span class="muted">{say('sweep.notMeasured')}</span>
          <small class="muted">{statusSays(cell)}</small>
        </>
      )}
      {measured && cell.grokStep === undefined && <small class="muted">{say('sweep.noGrok')}</small>}
      <small class="muted">
        {measured &&
          say('sweep.cellNull', { rank: rankOr(measured.walk[share], measured.walk.points.length) })}
      </small>
      <small class="muted">{published && say('sweep.cellPaper', { rank: published[share] })}</small>
    </>
  );
}
