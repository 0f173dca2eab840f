import { useState } from 'preact/hooks';
import { saveFile } from '../connection/saveFile.js';
import { Failure } from '../elements/failure.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../words/say.js';
import { toCsv } from './csv.js';
import { fileStem } from './fileStem.js';
import type { Table } from './table.js';

interface CsvButtonProps {
  readonly title: string;
  /** Label of the button; default: CSV. */
  readonly text?: string;
  /** Computed on request. */
  readonly table: () => Table;
}

/** Saves a table that belongs to no chart, with its provenance. */
export function CsvButton({ title, text = 'CSV', table }: CsvButtonProps) {
  const { provenance, report, host, announce } = useInspection();
  const [failure, setFailure] = useState('');
  const save = async (): Promise<void> => {
    setFailure('');
    try {
      const name = `${fileStem({ title, source: report.source.name })}.csv`;
      const content = toCsv(table(), [...provenance, `table: ${title}`]);
      if (await saveFile({ name, mime: 'text/csv', content }, host)) announce(say('card.saved', { name }));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      setFailure(say('card.notSaved', { name: title, reason }));
    }
  };
  return (
    <span class="exports">
      <Failure says={failure} />
      <button type="button" class="tool" aria-label={`${text}: ${title}`} onClick={() => void save()}>
        {text}
      </button>
    </span>
  );
}
