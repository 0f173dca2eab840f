import { modelLine, sourceLine } from './headerSentences.js';
import { sweepLine } from '../pages/sweep/sentences.js';
import { Failure } from '../elements/failure.js';
import { useInspection } from '../state/inspectionContext.js';
import { notOpened, useRequests } from '../state/requests.js';
import { say } from '../words/say.js';
import { ThemeSwitch } from './themeSwitch.js';

/** The source and its model descriptor. */
export function SourceHeader({ print }: { readonly print: () => void }) {
  const { report, host } = useInspection();
  const { source } = report;
  return (
    <div class="source">
      <h1 title={source.path}>{source.name}</h1>
      {report.sweep.length > 0 ? <p>{sweepLine(report)}</p> : <SeriesLine />}
      <OtherSeries />
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
  // A new run has neither files nor parameters yet.
  const line = sourceLine(report);
  return (
    <p>
      {line}
      {line !== '' && ' · '}
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

/** Number of directly shown links; the others need one more click. */
const seriesAtOnce = 6;

/** The other series of the folder: in the panel each can be opened from here. */
function OtherSeries() {
  const { report, host } = useInspection();
  const { failure, ask } = useRequests();
  const others = report.source.otherSeries ?? [];
  if (others.length === 0) return null;
  const one = ({ name, path }: (typeof others)[number]) =>
    host === undefined ? (
      <span key={path} title={path}>
        {name}
      </span>
    ) : (
      <button
        key={path}
        type="button"
        class="link"
        title={path}
        onClick={() => ask(host.openFile(path), notOpened(name))}
      >
        {name}
      </button>
    );
  const rest = others.slice(seriesAtOnce);
  return (
    <nav class="otherSeries" aria-label={say('header.otherSeries')}>
      <span>{say('header.otherSeries')}</span>
      {others.slice(0, seriesAtOnce).map(one)}
      {rest.length > 0 && (
        <details>
          <summary>{say('header.moreSeries', { count: rest.length })}</summary>
          {rest.map(one)}
        </details>
      )}
      <Failure says={failure} />
    </nav>
  );
}
