import { Fragment } from 'preact';
import { ChartCard } from '../../charts/chartCard.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';
import { tablePlot } from './tablePlot.js';

/** The choices of a reproduction where its paper leaves one. */
export function SweepChoices() {
  const { report } = useInspection();
  const paper = report.sweep[0]?.paper;
  if (!paper) return null;
  return (
    <section class="card wide" aria-labelledby="sweep-choices-title">
      <header>
        <h2 id="sweep-choices-title">{say('sweep.choices', { id: paper.id })}</h2>
      </header>
      {paper.choices.map((sentence) => (
        <p class="says page" key={sentence}>
          {sentence}
        </p>
      ))}
    </section>
  );
}

/** The paper's tables, filled in with the measurements. */
export function SweepTables() {
  const { report } = useInspection();
  return (
    <>
      {report.sweepTables.map(({ title, columns, rows, notes, plot }, i) => {
        const id = `sweep-table-${i}`;
        return (
          <Fragment key={title}>
            {plot && (
              <ChartCard
                id={`sweep.plot.${i}`}
                title={title}
                figure={tablePlot(plot)}
                says={notes[0] ?? ''}
                absent={notes[0] ?? ''}
              />
            )}
            <section class="card wide" aria-labelledby={id}>
              <header>
                <h2 id={id}>{title}</h2>
              </header>
              <div class="scroller" tabIndex={0} role="group" aria-labelledby={id}>
                <table class="matrices">
                  <thead>
                    <tr>
                      {columns.map((column, place) => (
                        <th scope="col" key={place}>
                          {column}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row, at) => (
                      <tr key={at}>
                        {row.map((cell, place) => (
                          <td key={place}>{cell}</td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {notes.map((note) => (
                <p class="says" key={note}>
                  {note}
                </p>
              ))}
            </section>
          </Fragment>
        );
      })}
    </>
  );
}
