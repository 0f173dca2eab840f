import { modelLine, sourceLine } from './headerSentences.js';
import { sweepLine } from '../pages/sweep/sentences.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../words/say.js';
import { ThemeSwitch } from './themeSwitch.js';

/** What is inspected, and with which model descriptor. */
export function SourceHeader({ print }: { readonly print: () => void }) {
  const { report, host } = useInspection();
  const { source } = report;
  return (
    <div class="source">
      <h1 title={source.path}>{source.name}</h1>
      {report.sweep.length > 0 ? <p>{sweepLine(report)}</p> : <SeriesLine />}
      {!host && (
        <span class="tools">
          <ThemeSwitch />
          <button type="button" class="tool" onClick={print}>
            {say('frame.print')}
          </button>
        </span>
      )}
    </div>
  );
}

function SeriesLine() {
  const { report, host } = useInspection();
  const { descriptor } = report.source;
  return (
    <p>
      {sourceLine(report)}
      {' · '}
      <span title={descriptor?.path}>{modelLine(report)}</span>
      {host && (
        <>
          {' '}
          <button type="button" class="link" onClick={() => void host.confirmDescriptor()}>
            {say(descriptor ? 'header.change' : 'header.confirm')}
          </button>
        </>
      )}
    </p>
  );
}
