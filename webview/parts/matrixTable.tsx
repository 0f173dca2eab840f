import { useMemo } from 'preact/hooks';
import { decimals, number } from '../describe/numbers.js';
import { FilterField } from '../elements.js';
import { useInspection } from '../state/inspectionContext.js';
import { isText, usePersistedState } from '../state/persistedState.js';
import { say } from '../strings.js';
import { Sparkline } from './sparkline.js';

const manyMatrices = 16;

/** Every matrix at the last step: its spectrum beside the shuffled null, its ranks and their way over the steps. */
export function MatrixTable() {
  const { report, matrices, spectra, open } = useInspection();
  const [filter, setFilter] = usePersistedState('matrices.filter', '', isText);
  const rows = useMemo(
    () => matrices.map((matrix) => ({ matrix, entries: spectra.of(matrix, 'weights') })),
    [matrices, spectra],
  );
  if (rows.length === 0) return null;
  const wanted = filter.trim().toLowerCase();
  const shown = rows.filter(({ matrix }) =>
    `${matrix.label} ${matrix.tensor.name}`.toLowerCase().includes(wanted),
  );
  return (
    <section class="card wide" aria-labelledby="matrices-title">
      <header>
        <h2 id="matrices-title">{say('matrices.title', { step: report.checkpoints.at(-1)?.step ?? 0 })}</h2>
        {rows.length > manyMatrices && (
          <FilterField value={filter} label={say('matrices.filter')} onInput={setFilter} />
        )}
      </header>
      <div class="scroller tall" tabIndex={0} role="region" aria-labelledby="matrices-title">
        <table class="matrices">
          <thead>
            <tr>
              <th scope="col">{say('matrix')}</th>
              <th scope="col" class="number">
                {say('matrices.shape')}
              </th>
              <th scope="col">{say('matrices.spectrum')}</th>
              <th scope="col" class="number">
                {say('matrices.stableRank')}
              </th>
              <th scope="col">{say('matrices.overSteps')}</th>
              <th scope="col" class="number">
                {say('matrices.effectiveRank')}
              </th>
              <th scope="col">{say('matrices.overSteps')}</th>
              <th scope="col" class="number">
                {say('matrices.spectralNorm')}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ matrix, entries }) => {
              const entry = entries.at(-1);
              const about = entry && !entry.exact ? '≈ ' : '';
              const overSteps = (valueOf: (one: (typeof entries)[number]) => number | undefined) =>
                entries.map(valueOf).filter((value) => value !== undefined);
              return (
                <tr key={matrix.key}>
                  <th scope="row">
                    <button
                      type="button"
                      class="link"
                      title={`${matrix.key}\n${say('matrices.show', { matrix: matrix.label })}`}
                      onClick={() => open('spectra', { 'spectra.matrix': matrix.key })}
                    >
                      {matrix.label}
                    </button>
                  </th>
                  <td class="number">
                    {matrix.tensor.shape.join(' × ')}
                    {matrix.tensor.matrix?.folded && (
                      <abbr title={say('matrices.folded')}>{` → ${matrix.rows} × ${matrix.columns}`}</abbr>
                    )}
                  </td>
                  {entry ? (
                    <>
                      <td>
                        <Sparkline
                          values={entry.singularValues}
                          reference={entry.nulls.shuffled?.mean}
                          label={say('spectra.title', { matrix: matrix.label, of: say('weights') })}
                        />
                      </td>
                      <td class="number">
                        {entry.stableRank === undefined ? '–' : about + decimals(entry.stableRank, 1)}
                      </td>
                      <td>
                        <Sparkline
                          values={overSteps(({ stableRank }) => stableRank)}
                          label={`${say('stableRank')}, ${say('matrices.overSteps')}`}
                        />
                      </td>
                      <td class="number">
                        {entry.effectiveRank === undefined ? '–' : about + decimals(entry.effectiveRank, 1)}
                      </td>
                      <td>
                        <Sparkline
                          values={overSteps(({ effectiveRank }) => effectiveRank)}
                          label={`${say('effectiveRank')}, ${say('matrices.overSteps')}`}
                        />
                      </td>
                      <td class="number">{about + number(entry.spectralNorm, 3, 3)}</td>
                    </>
                  ) : (
                    <td colSpan={6} class="muted">
                      {say('computing')}
                    </td>
                  )}
                </tr>
              );
            })}
            {shown.length === 0 && (
              <tr>
                <td colSpan={8} class="muted">
                  {say('matrices.none')}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}
