import { say } from '../words/say.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import type { LegendEntry, Shades } from './figure.js';
import { inText, shortNames } from './shortNames.js';
import { formatOn, betweenShades, inkOf, shadeAt } from './plotlyParts.js';

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
  readonly shades?: Shades | undefined;
  readonly theme: ChartTheme;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (name: string) => void;
}

/** Names with samples of line and marker; clicking one hides or shows its curve. */
export function Legend({ entries, shades, theme, hidden, onToggle }: LegendProps) {
  const names = shortNames(
    entries.map(({ name }) => name),
    inText,
  );
  return (
    <div class="legend-row">
      {shades && <ColourBar shades={shades} theme={theme} />}
      {entries.length > 1 && (
        <ul class="legend" aria-label={say('card.legend')}>
          {entries.map((entry, index) => (
            <li key={entry.name}>
              <button
                type="button"
                aria-pressed={!hidden.has(entry.name)}
                title={entry.name}
                onClick={() => onToggle(entry.name)}
              >
                <Sample entry={entry} theme={theme} />
                <span>{names[index]}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The meaning of a chart's shades: a strip of its colours between the two ends. */
function ColourBar({ shades, theme }: { readonly shades: Shades; readonly theme: ChartTheme }) {
  const { axis, ink } = shades;
  const [low, high] = axis.range.map((end) => formatOn(axis, end));
  const colours = [0, 0.25, 0.5, 0.75, 1].map((share) => shadeAt(ink, share, theme)).join(', ');
  const scale = axis.scale === 'log' ? ` (${say('scale.log')})` : '';
  return (
    <div
      class="colour-bar"
      role="img"
      aria-label={say('card.shades', { axis: axis.title, low: low!, high: high! })}
    >
      <span>{`${axis.title} ${low!}`}</span>
      <span class="strip" style={{ background: `linear-gradient(to right, ${colours})` }} />
      <span>{high! + scale}</span>
    </div>
  );
}

function Sample({ entry, theme }: { readonly entry: LegendEntry; readonly theme: ChartTheme }) {
  const { look, band, shaded } = entry;
  const ink = inkOf(look.ink, theme);
  const isX = look.symbol === 'x';
  return (
    // Wide enough for a dash and its gap on both sides of the marker.
    <svg width="40" height="12" viewBox="0 0 40 12" aria-hidden="true">
      {band && <rect x="1" y="1" width="38" height="10" fill={ink} opacity="0.25" />}
      {look.line && (
        <line
          x1="1"
          y1="6"
          x2="39"
          y2="6"
          stroke={shaded ? betweenShades(theme) : ink}
          stroke-width={shaded ? '1' : '2'}
          stroke-dasharray={dashArrays[look.dash]}
        />
      )}
      {look.symbol !== 'none' && (
        <path
          d={markerPaths[look.symbol]}
          transform="translate(7 0)"
          fill={isX || look.open ? 'none' : ink}
          stroke={isX || look.open ? ink : 'none'}
          stroke-width="2"
        />
      )}
    </svg>
  );
}
