import { number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { useInspection } from '../../state/inspectionContext.js';
import { bases, directionsOf, modeAt } from './figure.js';

/** Concentration and peak of every direction in every basis; below, what chance and random directions reach. */
export function ModeTable({ step }: { readonly step: number }) {
  const { report } = useInspection();
  const nulls = report.modeNulls.find((entry) => entry.step === step);
  const rows = directionsOf(report, step).filter((direction) => !direction.startsWith('random'));
  return (
    <section class="card wide" aria-labelledby="modes-table">
      <header>
        <h2 id="modes-table">{say('modes.table')}</h2>
      </header>
      <div class="scroller" tabIndex={0} role="region" aria-labelledby="modes-table">
        <table class="matrices">
          <thead>
            <tr>
              <th scope="col">{say('modes.direction')}</th>
              <th scope="col">{say('modes.mean')}</th>
              <th scope="col">{say('modes.radial')}</th>
              {bases.map((basis) => (
                <th scope="col">{basis}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((direction) => {
              const mode = modeAt(report, step, direction);
              return (
                mode && (
                  <tr key={direction}>
                    <th scope="row">{direction}</th>
                    <td>{number(mode.mean)}</td>
                    <td>{number(mode.radial)}</td>
                    {bases.map((basis) => {
                      const own = mode.bases[basis];
                      return (
                        <td>
                          {own && (
                            <>
                              {percent(own.concentration)}{' '}
                              <small class="muted">{say('modes.peak', { peak: own.peak })}</small>
                              <small class="muted">
                                {'· '}
                                {say('modes.fisherP', { p: number(own.fisherP) })}
                              </small>
                            </>
                          )}
                        </td>
                      );
                    })}
                  </tr>
                )
              );
            })}
            {nulls && (
              <>
                <NullRow
                  name={say('modes.fisherRow')}
                  cells={bases.map((basis) => nulls.bases[basis]?.fisher.q95)}
                />
                <NullRow
                  name={say('modes.randomRow')}
                  cells={bases.map((basis) => nulls.bases[basis]?.random.mean)}
                />
                <NullRow
                  name={say('modes.randomMaxRow')}
                  cells={bases.map((basis) => nulls.bases[basis]?.random.max)}
                />
              </>
            )}
          </tbody>
        </table>
      </div>
      <p class="says">{say('modes.tableSays')}</p>
    </section>
  );
}

const NullRow = ({
  name,
  cells,
}: {
  readonly name: string;
  readonly cells: readonly (number | undefined)[];
}) => (
  <tr class="null">
    <th scope="row">{name}</th>
    <td />
    <td />
    {cells.map((cell) => (
      <td>{cell !== undefined && percent(cell)}</td>
    ))}
  </tr>
);

/** R² of ridge regression in sample and held out. */
export function RidgeTable({ step }: { readonly step: number }) {
  const { report } = useInspection();
  const rows = report.modeRidge.filter((entry) => entry.step === step && entry.target === 'scalar');
  if (rows.length === 0) return null;
  const features = ['add', 'mul', 'both', 'both+cross'] as const;
  const directions = [...new Set(rows.map(({ direction }) => direction))];
  return (
    <section class="card wide" aria-labelledby="modes-ridge">
      <header>
        <h2 id="modes-ridge">{say('modes.ridge')}</h2>
      </header>
      <div class="scroller" tabIndex={0} role="region" aria-labelledby="modes-ridge">
        <table class="matrices">
          <thead>
            <tr>
              <th scope="col">{say('modes.direction')}</th>
              {features.map((feature) => (
                <th scope="col">{feature}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {directions.map((direction) => (
              <tr key={direction}>
                <th scope="row">{direction}</th>
                {features.map((feature) => {
                  const found = rows.find(
                    (entry) => entry.direction === direction && entry.features === feature,
                  );
                  return (
                    <td>
                      {found && (
                        <>
                          <strong>{number(found.heldOut)}</strong>{' '}
                          <small class="muted">
                            {say('modes.inSample', { value: number(found.inSample) })}
                          </small>
                        </>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="says">{say('modes.ridgeSays')}</p>
    </section>
  );
}
