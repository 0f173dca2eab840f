import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { saveFile } from '../connection/saveFile.js';
import { Failure } from '../elements/failure.js';
import { useInspection } from '../state/inspectionContext.js';
import { isFlag, isTextList, usePersistedState } from '../state/persistedState.js';
import { say } from '../words/say.js';
import { exportChart, exportFormats } from './exportChart.js';
import type { ExportFormat } from './exportChart.js';
import type { Figure, LegendEntry } from './figure.js';
import { withClearLevels } from './clearSide.js';
import { legendOf, without } from './figure.js';
import { Legend } from './legend.js';
import { NumberTable } from './numberTable.js';
import { toldApart } from './coinciding.js';
import { Plot } from './plot.js';
import { onStepScale } from './stepAxis.js';
import type { Table } from './table.js';
import { tableOf } from './table.js';
import { hasWebGl } from './webgl.js';

export interface ChartCardProps {
  /** Key of the card's persisted choices. */
  readonly id: string;
  readonly title: string;
  /** Undefined if its numbers are missing; `absent` says why. */
  readonly figure: Figure | undefined;
  /** One sentence: what the chart shows, with its null. */
  readonly says: string;
  /** Text in place of a missing figure: computing, or why it is missing. */
  readonly absent: string;
  /** Pickers at the top right. */
  readonly controls?: ComponentChildren;
  /** Replaces the figure's own table where that would be hard to read. */
  readonly table?: Table;
  readonly onDrag?: (value: number) => void;
  /** A point of a curve was clicked: its training step. */
  readonly onPoint?: (step: number) => void;
  /** A cell of a heat map was clicked. */
  readonly onCell?: (row: number, step: number) => void;
  readonly children?: ComponentChildren;
}

/** One chart with its scale and exports at the top right, its legend below, and one sentence about it. */
export function ChartCard(props: ChartCardProps) {
  const { id, title, says, absent, controls, onDrag, onPoint, onCell, children } = props;
  const { theme, stepScale, running } = useInspection();
  const figure = useMemo(
    () => props.figure && withClearLevels(toldApart(onStepScale(props.figure, stepScale))),
    [props.figure, stepScale],
  );
  const [asTable, setAsTable] = usePersistedState(`${id}.table`, false, isFlag);
  const [switchedOff, setSwitchedOff] = usePersistedState<readonly string[]>(`${id}.hidden`, [], isTextList);
  const hidden = useMemo(() => new Set(switchedOff), [switchedOff]);
  const shown = useMemo(() => figure && without(figure, hidden), [figure, hidden]);
  const table = useMemo(() => (figure ? (props.table ?? tableOf(figure)) : undefined), [figure, props.table]);
  const legend: readonly LegendEntry[] = figure ? legendOf(figure) : [];
  const shades = figure?.kind === 'lines' || figure?.kind === 'space' ? figure.shades : undefined;
  const toggle = (name: string): void => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setSwitchedOff([...next]);
  };
  const [failure, setFailure] = useState('');
  const flat = figure?.kind === 'space' && !hasWebGl();
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <div class="tools">
          {controls}
          {shown && table && (
            <>
              <button
                type="button"
                class="tool"
                aria-label={say(asTable ? 'card.asChart' : 'card.asTable', { title })}
                onClick={() => setAsTable(!asTable)}
              >
                {say(asTable ? 'card.chart' : 'card.table')}
              </button>
              <Exports title={title} figure={shown} table={table} drawn={!flat} onFailure={setFailure} />
            </>
          )}
        </div>
      </header>
      <Failure says={failure} />
      {!shown || !table ? (
        <p class={`pending ${running ? 'coming' : ''}`}>{absent}</p>
      ) : asTable ? (
        <NumberTable table={table} caption={title} />
      ) : flat ? (
        <p class="pending">{say('card.noWebGl')}</p>
      ) : (
        <Plot
          figure={shown}
          theme={theme}
          label={`${title}. ${says}`}
          {...(onDrag ? { onDrag } : {})}
          {...(onPoint ? { onPoint } : {})}
          {...(onCell ? { onCell } : {})}
        />
      )}
      {(legend.length > 1 || shades) && !asTable && (
        <Legend entries={legend} shades={shades} theme={theme} hidden={hidden} onToggle={toggle} />
      )}
      {shown && says && <p class="says">{says}</p>}
      {children}
    </section>
  );
}

interface ExportsProps {
  readonly title: string;
  readonly figure: Figure;
  readonly table: Table;
  /** Whether there is a picture to export. */
  readonly drawn: boolean;
  /** Reports a failure; an empty sentence clears it. */
  readonly onFailure: (says: string) => void;
}

function Exports({ title, figure, table, drawn, onFailure }: ExportsProps) {
  const { theme, provenance, report, host, announce } = useInspection();
  const save = async (format: ExportFormat): Promise<void> => {
    const source = report.source.name;
    const lines = [...provenance, `chart: ${title}`];
    onFailure('');
    try {
      const file = await exportChart({ title, source, figure, table, theme, provenance: lines }, format);
      if (await saveFile(file, host)) announce(say('card.saved', { name: file.name }));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      onFailure(say('card.notSaved', { name: title, reason }));
    }
  };
  return (
    <span class="exports">
      {exportFormats
        .filter((format) => drawn || format === 'csv')
        .map((format) => (
          <button
            type="button"
            class="tool"
            aria-label={say('card.export', { title, format: format.toUpperCase() })}
            onClick={() => void save(format)}
          >
            {format.toUpperCase()}
          </button>
        ))}
    </span>
  );
}
