import { extent } from '../charts/extent.js';
import { say } from '../words/say.js';

export interface SparklineProps {
  readonly values: readonly number[];
  /** A muted, dashed second line on the same scale: the null. */
  readonly reference?: readonly number[] | undefined;
  readonly label: string;
}

const width = 84;
const height = 20;
const mostPoints = 64;

/** A word-sized curve. */
export function Sparkline({ values, reference, label }: SparklineProps) {
  if (values.length < 2) return <span class="muted">{say('sparkline.short')}</span>;
  const { low, high } = extent([...values, ...(reference ?? [])]);
  const span = high - low || 1;
  const points = (line: readonly number[]): string => {
    const stride = Math.max(1, (line.length - 1) / mostPoints);
    const count = Math.floor((line.length - 1) / stride) + 1;
    return Array.from({ length: count }, (_, index) => {
      const at = Math.round(index * stride);
      const x = 1 + (at / (line.length - 1)) * (width - 2);
      const y = height - 2 - ((line[at]! - low) / span) * (height - 4);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    }).join(' ');
  };
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {reference && reference.length > 1 && <polyline class="reference" points={points(reference)} />}
      <polyline points={points(values)} />
    </svg>
  );
}
