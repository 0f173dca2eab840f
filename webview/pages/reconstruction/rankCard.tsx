import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { reconstructionAbsent } from '../../report/absence.js';
import { chanceOf } from '../../report/chance.js';
import { accuracySays, energySays } from './sentences.js';
import { accuracyFigure, energyFigure, tasksOf } from './figure.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

/** Accuracy against rank if the model could run, otherwise energy against rank. */
export function RankCard({ id }: { readonly id: string }) {
  const view = useInspection();
  const { report } = view;
  const [scale, setScale] = useScale(`${id}.scale`, 'log');
  const entries = report.reconstructions;
  const chance = chanceOf(report);
  const [task] = tasksOf(entries);
  const figure = useMemo(
    () =>
      task === undefined
        ? energyFigure(entries, scale, undefined)
        : accuracyFigure({ entries, task, scale, chance }),
    [entries, task, scale, chance],
  );
  return (
    <ChartCard
      id={id}
      title={task === undefined ? say('rank.energyTitle') : say('rank.title', { task })}
      figure={figure}
      says={
        task === undefined
          ? energySays(entries, 0.95, report.controls)
          : accuracySays(entries, task, 0.95, chance, report.controls)
      }
      absent={reconstructionAbsent(view)}
      controls={<ScaleChoice axis={say('rank.axis')} value={scale} onChange={setScale} />}
    />
  );
}
