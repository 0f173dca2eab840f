import { useEffect } from 'preact/hooks';
import { oneOf, usePersistedState } from '../state/persistedState.js';
import { say } from '../words/say.js';

const kinds = ['light', 'dark'] as const;
type Kind = (typeof kinds)[number];

/** Outside VS Code the page has its own light and dark colours, under VS Code's class names. */
const wear = (kind: Kind): void => {
  document.body.classList.add('standalone');
  for (const one of kinds) document.body.classList.toggle(`vscode-${one}`, one === kind);
};

/** Paper is white. */
const systemKind = (): Kind =>
  location.hash !== '#print' && matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
export const wearSystemTheme = (): void => wear(systemKind());

/** Light or dark in a report opened from disk: the system's, unless the reader chooses. */
export function ThemeSwitch() {
  const [chosen, setChosen] = usePersistedState<Kind | 'system'>(
    'theme',
    'system',
    oneOf([...kinds, 'system']),
  );
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => wear(chosen === 'system' ? systemKind() : chosen);
    apply();
    query.addEventListener('change', apply);
    return () => query.removeEventListener('change', apply);
  }, [chosen]);
  return (
    <div class="theme" role="group" aria-label={say('theme.choose')}>
      {kinds.map((kind) => (
        <button
          key={kind}
          type="button"
          class="tool"
          aria-pressed={(chosen === 'system' ? systemKind() : chosen) === kind}
          onClick={() => setChosen(kind)}
        >
          {say(`theme.${kind}`)}
        </button>
      ))}
    </div>
  );
}
