import type { SpectrumEntry } from '../../../extension/contract/report.js';
import type { Statistic } from '../../../extension/contract/statistics/statistic.js';
import { statistics, type StatisticKey } from '../../../extension/contract/statistics/table.js';
import type { SpectrumName } from '../../../extension/contract/panel.js';
import { shuffledAbsent } from '../../report/absence.js';
import { counted } from '../../words/counts.js';
import { integer, number } from '../../words/numbers.js';
import { statisticName, statisticNote } from '../../words/statistics.js';
import { Button } from '../../elements/toolkit.js';
import { useInspection } from '../../state/inspectionContext.js';
import { useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';
import { Formula } from '../../elements/formula.js';

/** Counts are whole, but for their means over draws. */
const valueText = ({ format }: Statistic, value: number): string =>
  format === 'count' && Number.isInteger(value) ? integer(value) : number(value, 5);

const nameOf = ({ step, tensor, part, of }: SpectrumEntry): SpectrumName => ({
  step,
  tensor,
  of,
  ...(part === undefined ? {} : { part }),
});

/** A zero matrix has no ranks, of an estimated spectrum only some are estimated, and some are computed on request. */
const missing = ({ spectralNorm, exact }: SpectrumEntry): string => {
  if (spectralNorm === 0) return say('absent.zeroMatrix');
  return say(exact ? 'statistics.noNull' : 'statistics.notEstimated');
};

/** The statistics of one spectrum with their formulas and nulls, and how exact they are. */
export function SpectrumStatistics({ entry }: { readonly entry: SpectrumEntry }) {
  const view = useInspection();
  const { host } = view;
  const { shuffled, marchenkoPastur } = entry.nulls;
  const edge = marchenkoPastur?.upperEdge;
  const { failure, ask } = useRequests();
  return (
    <section class="card" aria-labelledby="statistics-title">
      <header>
        <h2 id="statistics-title">{`${say('statistics.title')}, ${say('spectra.atStep', { step: entry.step })}`}</h2>
      </header>
      <Failure says={failure} />
      <div class="scroller tall" tabIndex={0} role="region" aria-labelledby="statistics-title">
        <table class="matrices statistics">
          <thead>
            <tr>
              <th scope="col">{say('statistics.name')}</th>
              <th scope="col">{say('statistics.formula')}</th>
              <th scope="col" class="number">
                {say('statistics.value')}
              </th>
              <th scope="col" class="number">
                {say('statistics.null')}
              </th>
            </tr>
          </thead>
          <tbody>
            {statistics.map((statistic) => (
              <StatisticRow key={statistic.key} statistic={statistic} entry={entry} />
            ))}
            {edge !== undefined && (
              <tr>
                <th scope="row">{say('statistics.edge')}</th>
                <td class="formula">
                  <Formula text="s (√m + √n), s² = variance of the entries" />
                </td>
                <td class="number">{number(edge, 5)}</td>
                <td class="number muted">{say('statistics.isNull')}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <p class="says">
        {say(entry.exact ? 'statistics.exact' : 'statistics.estimated', {
          bound: number(entry.errorBound, 2),
          method: entry.method,
        })}
      </p>
      <p class="says page">
        {shuffled
          ? say('statistics.nullSays', { shuffles: counted(shuffled.draws, 'shuffles') })
          : `${say('statistics.null')}: ${shuffledAbsent(view, entry)}`}
      </p>
      {entry.exact && entry.spectralNorm > 0 && entry.farmsAlpha === undefined && host && (
        <Button secondary onClick={() => ask(host.analyse({ id: 'farms' }))}>
          {say('statistics.farms')}
        </Button>
      )}
      {!entry.exact && host && (
        <Button secondary onClick={() => ask(host.refine(nameOf(entry)))}>
          {say('statistics.refine')}
        </Button>
      )}
    </section>
  );
}

interface StatisticRowProps {
  readonly statistic: Statistic<StatisticKey>;
  readonly entry: SpectrumEntry;
}

/** A number, the interval of an estimated one, and its mean and range over the shuffles. */
function StatisticRow({ statistic, entry }: StatisticRowProps) {
  const { key, formula } = statistic;
  const measured = entry[key];
  const shuffled = entry.nulls[key];
  const bounds = entry.intervals?.[key];
  return (
    <tr>
      <th scope="row" title={statisticNote(key)}>
        {statisticName(key)}
      </th>
      <td class="formula">
        <Formula text={formula} />
      </td>
      <td class="number">
        {measured === undefined ? (
          <span class="muted">{missing(entry)}</span>
        ) : (
          valueText(statistic, measured)
        )}
        {bounds && (
          <div class="muted">
            {say('statistics.interval', { low: number(bounds[0]), high: number(bounds[1]) })}
          </div>
        )}
      </td>
      <td class="number muted">
        {shuffled === undefined ? say('statistics.noNull') : number(shuffled.mean, 4)}
        {shuffled && shuffled.q05 < shuffled.q95 && (
          <div class="muted">
            {say('statistics.range', { low: number(shuffled.q05), high: number(shuffled.q95) })}
          </div>
        )}
      </td>
    </tr>
  );
}
