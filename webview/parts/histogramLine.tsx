import type { DistributionEntry } from '../../extension/contract/report.js';

const width = 108;
const height = 24;

export interface HistogramLineProps {
  readonly distribution: DistributionEntry;
  readonly label: string;
}

/** A histogram of the size of a word on its own axis, and the normal density of the same mean and spread. */
export function HistogramLine({ distribution, label }: HistogramLineProps) {
  const { histogram, mean, sd, min, max } = distribution;
  if (!histogram || mean === undefined || sd === undefined || min === undefined || max === undefined)
    return null;
  const { start, counts, width: bin } = histogram;
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Far values would leave no room for the rest: four standard deviations hold all of a normal distribution.
  const low = sd > 0 ? Math.max(start, mean - 4 * sd - bin) : start;
  const high =
    sd > 0 ? Math.min(start + counts.length * bin, mean + 4 * sd + bin) : start + counts.length * bin;
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
        const from = Math.max(low, start + index * bin);
        const to = Math.min(high, start + (index + 1) * bin);
        return count === 0 || to <= from ? null : (
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
    </svg>
  );
}
