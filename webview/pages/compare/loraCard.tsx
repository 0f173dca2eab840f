import { useMemo, useState } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { fileStem } from '../../charts/fileStem.js';
import { saveFile } from '../../connection/saveFile.js';
import { Failure } from '../../elements/failure.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { analysisAbsent } from '../../report/absence.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, usePersistedState } from '../../state/persistedState.js';
import { integer, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { loraFigure, loraRanks, rankPattern, type LoraRank } from './loraRanks.js';

const columns: () => TableColumn<LoraRank>[] = () => [
  { id: 'module', title: say('lora.module'), value: ({ module }) => module },
  { id: 'kind', title: say('lora.kind'), value: ({ kind }) => kind },
  {
    id: 'rank',
    title: say('lora.rank'),
    isNumeric: true,
    value: ({ rank }) => rank,
    cell: ({ rank, full, byChance }) => (
      <>
        {say('lora.of', { rank: integer(rank), full: integer(full) })}
        {byChance !== undefined && <span class="muted">{` (${integer(byChance)})`}</span>}
      </>
    ),
  },
];

/** For each matrix, the rank that an adapter needs to keep a share of the change. */
export function LoraCard() {
  const view = useInspection();
  const { report, host, announce } = view;
  const [energy, setEnergy] = usePersistedState('lora.energy', 0.9, isNumber);
  const [failure, setFailure] = useState('');
  const ranks = useMemo(() => loraRanks(report, energy), [report, energy]);
  const figure = useMemo(() => loraFigure(ranks, energy), [ranks, energy]);
  const shownColumns = useMemo(columns, []);
  if (ranks.length === 0) return null;
  const save = async (): Promise<void> => {
    setFailure('');
    const title = say('lora.file', { energy: percent(energy) });
    const name = `${fileStem({ title, source: report.source.name })}.json`;
    const content = `${JSON.stringify({ rank_pattern: rankPattern(ranks) }, null, 2)}\n`;
    try {
      if (await saveFile({ name, mime: 'application/json', content }, host))
        announce(say('card.saved', { name }));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      setFailure(say('card.notSaved', { name, reason }));
    }
  };
  const largest = ranks.reduce((most, { rank }) => Math.max(most, rank), 0);
  return (
    <>
      <div class="cards stack">
        <ChartCard
          id="lora.chart"
          title={say('lora.title')}
          figure={figure}
          says={say('lora.says', { energy: percent(energy), largest, n: ranks.length })}
          absent={analysisAbsent(view, 'compare')}
          onDrag={(value) => setEnergy(Math.max(0.01, Math.min(1, value)))}
          controls={
            <label>
              {say('lora.energy')}{' '}
              <input
                type="number"
                min="1"
                max="100"
                step="1"
                value={Math.round(1000 * energy) / 10}
                aria-label={say('lora.threshold')}
                onChange={({ currentTarget }) => {
                  const value = currentTarget.valueAsNumber / 100;
                  if (value > 0 && value <= 1) setEnergy(value);
                }}
              />
              {' %'}
            </label>
          }
        />
      </div>
      <Failure says={failure} />
      <SortableTable
        id="lora.table"
        title={say('lora.table', { energy: percent(energy) })}
        columns={shownColumns}
        rows={ranks}
        keyOf={({ module }) => module}
        textOf={({ module, kind }) => `${module} ${kind}`}
        controls={
          <button type="button" class="tool" onClick={() => void save()}>
            {say('lora.export')}
          </button>
        }
        says={say('lora.tableSays', { energy: Math.round(1000 * energy) / 1000 })}
      />
    </>
  );
}
