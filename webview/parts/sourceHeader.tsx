import { modelLine, sourceLine } from '../describe/header.js';
import { useInspection } from '../state/inspectionContext.js';
import { say } from '../strings.js';
import { ThemeSwitch } from '../theme/themeSwitch.js';

/** What is inspected, and with which model descriptor. */
export function SourceHeader() {
  const { report, host } = useInspection();
  const { source } = report;
  return (
    <header class="source">
      <h1 title={source.path}>{source.name}</h1>
      <p>
        {sourceLine(report)}
        {' · '}
        <span title={source.descriptor?.path}>{modelLine(report)}</span>
        {host && (
          <>
            {' '}
            <button type="button" class="link" onClick={() => void host.confirmDescriptor()}>
              {say(source.descriptor ? 'header.change' : 'header.confirm')}
            </button>
          </>
        )}
      </p>
      {!host && <ThemeSwitch />}
    </header>
  );
}
