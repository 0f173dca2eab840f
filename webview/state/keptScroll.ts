import { useEffect, useRef } from 'preact/hooks';
import { chooseFor, keptValue } from './persistedState.js';

interface Place {
  readonly page: string;
  readonly top: number;
}
const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' &&
  value !== null &&
  'page' in value &&
  typeof value.page === 'string' &&
  'top' in value &&
  Number.isFinite(value.top);

const name = 'scroll';
/** Milliseconds for the page to reach its former height; later it must not jump while the reader reads. */
const patience = 3000;

/** Restores the scroll position from before the panel was hidden, once the page has its content. */
export function useKeptScroll(page: string, hasContent: boolean): void {
  const current = useRef(page);
  current.current = page;
  useEffect(() => {
    if (!hasContent) return undefined;
    const place = keptValue(name, isPlace);
    const giveUp = place?.page === current.current ? scrollOnceTall(place.top) : undefined;
    const keep = (): void => chooseFor(name, { page: current.current, top: scrollY } satisfies Place);
    addEventListener('scrollend', keep);
    return () => {
      giveUp?.();
      removeEventListener('scrollend', keep);
    };
  }, [hasContent]);
}

const readerActs = ['wheel', 'keydown', 'pointerdown'] as const;

/** Scrolls as soon as the page is tall enough, unless the reader acts first. */
function scrollOnceTall(top: number): () => void {
  const root = document.documentElement;
  const observer = new ResizeObserver(() => {
    if (root.scrollHeight - root.clientHeight < top) return;
    scrollTo({ top, behavior: 'instant' });
    stop();
  });
  const timer = setTimeout(stop, patience);
  function stop(): void {
    clearTimeout(timer);
    observer.disconnect();
    for (const act of readerActs) removeEventListener(act, stop);
  }
  for (const act of readerActs) addEventListener(act, stop);
  observer.observe(document.body);
  return stop;
}
