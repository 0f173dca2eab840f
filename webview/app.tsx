import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Connection } from './connection/connection.js';
import { provenanceOf } from '../extension/contract/provenance.js';
import { pages, pagesOf } from './pages/table.js';
import { RunBar } from './frame/runBar.js';
import { SourceHeader } from './frame/sourceHeader.js';
import { AllPages, useAllPages } from './frame/allPages.js';
import { MatrixFilter } from './frame/matrixFilter.js';
import { ProvenanceCard } from './frame/provenanceCard.js';
import { StepScaleChoice } from './frame/stepScaleChoice.js';
import { Tabs } from './frame/tabs.js';
import { indexSpectra, matricesOf } from './report/matrices.js';
import { Inspection } from './state/inspection.js';
import type { InspectionState } from './state/inspection.js';
import { InspectionContext } from './state/inspectionContext.js';
import type { InspectionView } from './state/inspectionContext.js';
import { useKeptScroll } from './state/keptScroll.js';
import { chooseFor, oneOf, rememberSource, usePersistedState } from './state/persistedState.js';
import { useMatrixChoice } from './state/matrixChoice.js';
import { useStepScale } from './state/stepScale.js';
import { say, speak } from './words/say.js';
import { useChartTheme } from './theme/chartTheme.js';

const pageIds = pages.map(({ id }) => id);

/** The whole page: the source, the progress, the tabs, the chosen page. */
export function App({ connection }: { readonly connection: Connection }) {
  const [state, setState] = useState<InspectionState>();
  const [, setLanguage] = useState('');
  const [announced, announce] = useState('');
  const [current, setCurrent] = usePersistedState('page', pageIds[0]!, oneOf(pageIds));
  const [visit, setVisit] = useState(0);
  const theme = useChartTheme();
  const { host } = connection;
  const main = useRef<HTMLElement>(null);
  const turnFrom = useRef<(tabs: number) => void>(() => undefined);
  // Leaving a page removes its focused button; the focus moves to the next page.
  const hadFocus = useRef(false);
  const turnTo = useCallback(
    (page: (typeof pageIds)[number]) => {
      hadFocus.current = main.current?.contains(document.activeElement) ?? false;
      setCurrent(page);
    },
    [setCurrent],
  );

  useEffect(() => {
    const turnBy = (tabs: number): void => turnFrom.current(tabs);
    void connection.start(new Inspection(setState, turnTo, turnBy)).then((start) => {
      if (!start) return;
      speak(start);
      setLanguage(start.locale);
      rememberSource(start.source, start.base);
    });
  }, [connection, turnTo]);
  const report = state?.report;
  const [stepScale, setStepScale] = useStepScale(report);
  const running = state?.running ?? true;
  const error = state?.error;
  const training = state?.training;
  const matrices = useMemo(() => (report ? matricesOf(report) : []), [report]);
  const matrixChoice = useMatrixChoice(matrices);
  const view = useMemo(
    (): InspectionView | undefined =>
      report && {
        report,
        matrices,
        matrixChoice,
        spectra: indexSpectra(report),
        theme,
        stepScale,
        running,
        error,
        training,
        provenance: provenanceOf(report),
        ...(host ? { host } : {}),
        announce,
        open(page, choices = {}) {
          for (const [name, value] of Object.entries(choices)) chooseFor(name, value);
          const id = pageIds.find((one) => one === page);
          if (id) turnTo(id);
          setVisit((count) => count + 1);
          scrollTo({ top: 0 });
        },
      },
    [report, matrices, matrixChoice, theme, stepScale, running, error, training, host, turnTo],
  );
  const { shown: there, leftOut } = pagesOf(report, host !== undefined);
  const shown = there.find(({ id }) => id === current) ?? there[0]!;
  turnFrom.current = (tabs) => {
    const place = there.indexOf(shown) + tabs;
    turnTo(there[(place + there.length) % there.length]!.id);
  };
  // Before the first report its pages are unknown: the host would get a focus that the reader did not choose.
  const isKnown = report !== undefined;
  useEffect(() => {
    if (isKnown) void host?.focus(shown.id);
  }, [host, isKnown, shown.id]);
  useKeptScroll(shown.id, isKnown);
  useLayoutEffect(() => {
    const isLost = hadFocus.current && document.activeElement === document.body;
    if (isLost) main.current?.focus({ preventScroll: true });
    hadFocus.current = false;
  }, [shown.id, visit]);
  const { isAll, print } = useAllPages();
  const Page = shown.component;
  return (
    <InspectionContext.Provider value={view}>
      <a
        class="skip"
        href="#page"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {say('frame.skip')}
      </a>
      <header class="top">
        {view && <SourceHeader print={print} />}
        {state && <RunBar state={state} host={host} />}
        <div class="bar">
          <Tabs
            tabs={there.map(({ id, title }) => ({ id, title: say(title) }))}
            current={shown.id}
            onChange={(id) => {
              const chosen = pageIds.find((one) => one === id);
              if (chosen) setCurrent(chosen);
            }}
          />
          {view && <MatrixFilter />}
          <StepScaleChoice report={report} value={stepScale} onChange={setStepScale} />
        </div>
      </header>
      <main ref={main} tabIndex={-1}>
        <div id="page" role="tabpanel" aria-labelledby={`tab-${shown.id}`}>
          {view ? (
            <>
              {isAll ? <AllPages pages={there} /> : <Page key={`${shown.id} ${visit}`} />}
              <ProvenanceCard isOpen={isAll} leftOut={leftOut} />
            </>
          ) : (
            <p class="pending page">{say(running ? 'waiting' : 'nothing.toShow')}</p>
          )}
        </div>
      </main>
      <div role="status" aria-live="polite" class="unseen">
        {announced}
      </div>
    </InspectionContext.Provider>
  );
}
