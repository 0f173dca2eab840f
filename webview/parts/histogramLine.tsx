import type { DistributionEntry } from '../../extension/contract/report.js';
import { countOf } from '../report/histograms.js';

const width = 108;
const height = 24;

export interface HistogramLineProps {
  readonly distribution: DistributionEntry;
  readonly label: string;
}

/**
 * A histogram of the size of a word on its own axis, and the normal density of the same mean and spread. A triangle at an
 * end says that values lie beyond it.
 */
export function HistogramLine({ distribution, label }: HistogramLineProps) {
  const { histogram, mean, sd } = distribution;
  if (!histogram || mean === undefined || sd === undefined) return null;
  const { start: low, counts, width: bin, below, above } = histogram;
  const total = countOf(histogram);
  const high = low + counts.length * bin;
  const normal = (x: number): number =>
    (Math.exp(-((x - mean) ** 2) / (2 * sd * sd)) / (sd * Math.sqrt(2 * Math.PI))) * total * bin;
  const highest = Math.max(...counts, ...(sd > bin / 4 ? [normal(mean)] : []));
  const x = (value: number): number => 1 + ((value - low) / (high - low || 1)) * (width - 2);
  const y = (count: number): number => height - 1 - (count / highest) * (height - 3);
  const points = Array.from({ length: 41 }, (_, index) => {
    const at = low + (index / 40) * (high - low);
    return `${x(at).toFixed(1)},${y(Math.min(highest, normal(at))).toFixed(1)}`;
  });
  return (
    <svg class="histogram" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {counts.map((count, index) => {
        const from = low + index * bin;
        const to = from + bin;
        return count === 0 ? null : (
          <rect
            key={index}
            x={x(from)}
            y={y(count)}
            width={Math.max(0.6, x(to) - x(from) - 0.2)}
            height={Math.max(0.6, height - 1 - y(count))}
          />
        );
      })}
      {sd > bin / 4 && <polyline points={points.join(' ')} />}
      {below !== undefined && <path d={`M0 ${height / 2}l5 -4v8z`} />}
      {above !== undefined && <path d={`M${width} ${height / 2}l-5 -4v8z`} />}
    </svg>
  );
}
