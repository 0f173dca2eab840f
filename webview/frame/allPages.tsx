import { useEffect, useState } from 'preact/hooks';
import { say } from '../words/say.js';
import type { Page } from '../pages/table.js';

/** Milliseconds for the charts to be drawn before printing. */
const drawing = 2500;
/** URL suffix that shows all pages at once, for programs that print. */
const printAddress = '#print';

/** Whether all pages are shown below each other, as for paper; `print` shows them, prints, and goes back. */
export function useAllPages(): { readonly isAll: boolean; readonly print: () => void } {
  const [isAll, setAll] = useState(location.hash === printAddress);
  useEffect(() => {
    const { classList } = document.body;
    classList.toggle('on-paper', isAll);
    // Paper is white: dark colours wait until it is printed.
    const isDark = isAll && classList.contains('vscode-dark');
    if (isDark) classList.replace('vscode-dark', 'vscode-light');
    if (!isAll || location.hash === printAddress) return undefined;
    const back = (): void => setAll(false);
    addEventListener('afterprint', back);
    const timer = setTimeout(() => globalThis.print(), drawing);
    return () => {
      if (isDark) classList.replace('vscode-light', 'vscode-dark');
      clearTimeout(timer);
      removeEventListener('afterprint', back);
    };
  }, [isAll]);
  return { isAll, print: () => setAll(true) };
}

/** Every page under its title. */
export const AllPages = ({ pages }: { readonly pages: readonly Page[] }) => (
  <>
    {pages.map(({ id, title, component: Component }) => (
      <section key={id} class="paper-page" aria-label={say(title)}>
        <h2 class="paper-title">{say(title)}</h2>
        <Component />
      </section>
    ))}
  </>
);
