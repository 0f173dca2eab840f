import type { SpectrumEntry } from '../../../extension/contract/report.js';
import type { SpectrumName } from '../../../extension/contract/panel.js';
import { shuffledAbsent } from '../../report/absence.js';
import { counted } from '../../words/counts.js';
import { number } from '../../words/numbers.js';
import { Button } from '../../elements/toolkit.js';
import { shuffledRanks } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { useRequests } from '../../state/requests.js';
import type { StringKey } from '../../words/say.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';
import { Formula } from '../../elements/formula.js';

interface Statistic {
  readonly name: StringKey;
  /** Name of its interval in the entry, where it is estimated. */
  readonly interval?: string;
  readonly formula: string;
  readonly value: (entry: SpectrumEntry) => number | undefined;
  readonly nullValue?: (entry: SpectrumEntry) => number | undefined;
  /** It is a null itself. */
  readonly isNull?: true;
}

/** Each number with its formula; the norms are not squared, and rank counts go by σ². */
const statistics: readonly Statistic[] = [
  {
    name: 'stableRank',
    interval: 'stableRank',
    formula: '‖W‖²_F ⁄ ‖W‖²₂',
    value: ({ stableRank }) => stableRank,
    nullValue: (entry) => shuffledRanks(entry)?.stableRank,
  },
  {
    name: 'effectiveRank',
    interval: 'effectiveRank',
    formula: 'exp(−Σ pᵢ ln pᵢ), pᵢ = σᵢ ⁄ Σσ',
    value: ({ effectiveRank }) => effectiveRank,
    nullValue: (entry) => shuffledRanks(entry)?.effectiveRank,
  },
  {
    name: 'statistics.spectralNorm',
    interval: 'spectralNorm',
    formula: '‖W‖₂ = σ₁',
    value: ({ spectralNorm }) => spectralNorm,
    nullValue: ({ nulls }) => nulls.shuffled?.mean[0],
  },
  {
    name: 'statistics.frobeniusNorm',
    interval: 'frobeniusNorm',
    formula: '‖W‖_F = √Σσ²',
    value: ({ frobeniusNorm }) => frobeniusNorm,
    // A shuffle keeps the entries, and so their squares.
    nullValue: ({ nulls, frobeniusNorm }) => nulls.shuffled && frobeniusNorm,
  },
  {
    name: 'statistics.nuclearNorm',
    interval: 'nuclearNorm',
    formula: 'Σσ',
    value: ({ nuclearNorm }) => nuclearNorm,
    nullValue: ({ nulls }) => nulls.shuffled?.mean.reduce((sum, value) => sum + value, 0),
  },
  {
    name: 'statistics.rank90',
    interval: 'rank90',
    formula: 'min r: Σᵢ≤ᵣ σᵢ² ≥ 0.9 Σσ²',
    value: ({ rank90 }) => rank90,
    nullValue: (entry) => shuffledRanks(entry)?.rank90,
  },
  {
    name: 'statistics.rank99',
    interval: 'rank99',
    formula: 'min r: Σᵢ≤ᵣ σᵢ² ≥ 0.99 Σσ²',
    value: ({ rank99 }) => rank99,
    nullValue: (entry) => shuffledRanks(entry)?.rank99,
  },
  {
    name: 'statistics.edge',
    isNull: true,
    formula: 's (√m + √n), s² = variance of the entries',
    value: ({ nulls }) => nulls.marchenkoPastur?.upperEdge,
  },
  {
    name: 'statistics.above',
    interval: 'aboveUpperEdge',
    formula: '#{i: σᵢ > edge}',
    value: ({ nulls }) => nulls.marchenkoPastur?.above,
    nullValue: ({ nulls }) => (nulls.marchenkoPastur ? 0 : undefined),
  },
];

const nameOf = ({ step, tensor, part, of }: SpectrumEntry): SpectrumName => ({
  step,
  tensor,
  of,
  ...(part === undefined ? {} : { part }),
});

/** A zero matrix has no ranks; of an estimated spectrum only some are estimated. */
const missing = ({ spectralNorm }: SpectrumEntry): string =>
  say(spectralNorm === 0 ? 'absent.zeroMatrix' : 'statistics.notEstimated');

/** The statistics of one spectrum with their formulas and nulls, and how exact they are. */
export function SpectrumStatistics({ entry }: { readonly entry: SpectrumEntry }) {
  const view = useInspection();
  const { host } = view;
  const { shuffled } = entry.nulls;
  const { failure, ask } = useRequests();
  return (
    <section class="card" aria-labelledby="statistics-title">
      <header>
        <h2 id="statistics-title">{`${say('statistics.title')}, ${say('spectra.atStep', { step: entry.step })}`}</h2>
      </header>
      <Failure says={failure} />
      <div class="scroller" tabIndex={0} role="region" aria-labelledby="statistics-title">
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
            {statistics.map(({ name, formula, value, nullValue, interval, isNull }) => {
              const measured = value(entry);
              const expected = nullValue?.(entry);
              const bounds = interval === undefined ? undefined : entry.intervals?.[interval];
              return (
                <tr key={name}>
                  <th scope="row">{say(name)}</th>
                  <td class="formula">
                    <Formula text={formula} />
                  </td>
                  <td class="number">
                    {measured === undefined ? (
                      <span class="muted">{missing(entry)}</span>
                    ) : (
                      number(measured, 5)
                    )}
                    {bounds && (
                      <div class="muted">
                        {say('statistics.interval', { low: number(bounds[0]), high: number(bounds[1]) })}
                      </div>
                    )}
                  </td>
                  <td class="number muted">
                    {expected === undefined
                      ? say(isNull ? 'statistics.isNull' : 'statistics.noNull')
                      : number(expected, 4)}
                  </td>
                </tr>
              );
            })}
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
      {!entry.exact && host && (
        <Button secondary onClick={() => ask(host.refine(nameOf(entry)))}>
          {say('statistics.refine')}
        </Button>
      )}
    </section>
  );
}
