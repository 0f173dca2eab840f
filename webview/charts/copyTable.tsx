import { useState } from 'preact/hooks';
import { toCsv } from './csv.js';
import { CsvButton } from './csvButton.js';
import { toMarkdown } from '../../extension/contract/markdown.js';
import type { Table } from './table.js';
import { Failure } from '../elements/failure.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../words/say.js';

const formats = {
  CSV: (table: Table) => toCsv(table, []),
  Markdown: (table: Table) => toMarkdown(table),
} as const;
type Format = keyof typeof formats;

interface CopyTableProps {
  readonly title: string;
  /** Computed on request. */
  readonly table: () => Table;
  /** Whether a file is offered too; default: yes. */
  readonly isSaved?: boolean;
}

/** A table as a CSV file with its provenance, or on the clipboard as CSV or Markdown. */
export function CopyTable({ title, table, isSaved = true }: CopyTableProps) {
  const { host, announce } = useInspection();
  const [failure, setFailure] = useState('');
  const copy = async (format: Format): Promise<void> => {
    setFailure('');
    const text = formats[format](table());
    try {
      if (host) {
        const reply = await host.copy(text);
        if (!reply.ok) throw new Error(reply.error.message);
      } else await navigator.clipboard.writeText(text);
      announce(say('table.copied', { title, format }));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      setFailure(say('table.notCopied', { title, reason }));
    }
  };
  return (
    <>
      <Failure says={failure} />
      {isSaved && <CsvButton title={title} table={table} />}
      <span class="exports">
        {(Object.keys(formats) as Format[]).map((format) => (
          <button
            key={format}
            type="button"
            class="tool"
            aria-label={say('table.copyLabel', { title, format })}
            onClick={() => void copy(format)}
          >
            {say('table.copy', { format })}
          </button>
        ))}
      </span>
    </>
  );
}
