import { say } from '../words/say.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import type { LegendEntry } from './figure.js';
import { inkOf } from './plotlyParts.js';

const dashArrays = { solid: '', dash: '5 4', dot: '1.5 3', dashdot: '6 3 1.5 3', longdash: '9 4' } as const;
const markerPaths = {
  none: '',
  circle: 'M9 6a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  square: 'M9.5 2.5h7v7h-7z',
  diamond: 'M13 1l5 5l-5 5l-5-5z',
  'triangle-up': 'M13 1.5l4.5 8h-9z',
  cross: 'M11.5 2h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5z',
  x: 'M9.5 2.5l7 7m0-7l-7 7',
} as const;

export interface LegendProps {
  readonly entries: readonly LegendEntry[];
  readonly theme: ChartTheme;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (name: string) => void;
}

/** Names beside samples of line and marker; pressing one hides or shows its curve. */
export const Legend = ({ entries, theme, hidden, onToggle }: LegendProps) => (
  <ul class="legend" aria-label={say('card.legend')}>
    {entries.map((entry) => (
      <li key={entry.name}>
        <button type="button" aria-pressed={!hidden.has(entry.name)} onClick={() => onToggle(entry.name)}>
          <Sample entry={entry} theme={theme} />
          <span>{entry.name}</span>
        </button>
      </li>
    ))}
  </ul>
);

function Sample({ entry, theme }: { readonly entry: LegendEntry; readonly theme: ChartTheme }) {
  const { look, band } = entry;
  const ink = inkOf(look.ink, theme);
  const isX = look.symbol === 'x';
  return (
    <svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true">
      {band && <rect x="1" y="1" width="24" height="10" fill={ink} opacity="0.25" />}
      {look.line && (
        <line
          x1="1"
          y1="6"
          x2="25"
          y2="6"
          stroke={ink}
          stroke-width="2"
          stroke-dasharray={dashArrays[look.dash]}
        />
      )}
      {look.symbol !== 'none' && (
        <path
          d={markerPaths[look.symbol]}
          fill={isX ? 'none' : ink}
          stroke={isX ? ink : 'none'}
          stroke-width="2"
        />
      )}
    </svg>
  );
}
