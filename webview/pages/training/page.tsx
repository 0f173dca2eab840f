import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import {
  accuracySays,
  configSays,
  lossSays,
  metricsAbsent,
  normSays,
  paceSays,
  providerSays,
} from './sentences.js';
import { accuracyFigure, lossFigure, normFigure, paceFigure } from './figure.js';
import { LiveMatrices } from '../../parts/liveMatrices/cards.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { TrainingBar } from './trainingBar.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

/** A run over its steps, live or finished. */
export function Training() {
  const { report, training, host } = useInspection();
  const [run] = report.run;
  const history = useMemo(
    () => run && { run, lines: [...report.metrics].sort((a, b) => a.step - b.step) },
    [run, report.metrics],
  );
  const [loss, setLoss] = useScale('training.loss.scale', 'log');
  const [accuracy, setAccuracy] = useScale('training.accuracy.scale', 'linear');
  const [norm, setNorm] = useScale('training.norm.scale', 'log');
  const [pace, setPace] = useScale('training.pace.scale', 'linear');
  const lossChart = useMemo(() => history && lossFigure(history, { values: loss }), [history, loss]);
  const accuracyChart = useMemo(
    () => history && accuracyFigure(history, { values: accuracy }),
    [history, accuracy],
  );
  const normChart = useMemo(() => history && normFigure(history, { values: norm }), [history, norm]);
  const paceChart = useMemo(() => history && paceFigure(history, { values: pace }), [history, pace]);
  if (!history) return <p class="pending page">{say('training.none')}</p>;
  const absent = (valuesOf: Parameters<typeof metricsAbsent>[2]): string =>
    metricsAbsent(history, training, valuesOf);
  return (
    <>
      <TrainingBar history={history} state={training} host={host} />
      {history.run.error && history.run.status === 'failed' && (
        <p class="run error" role="alert">
          {history.run.error.message}
        </p>
      )}
      <p class="says page">
        {configSays(history.run)} {providerSays(history.run)}
      </p>
      <div class="cards">
        <ChartCard
          id="training.loss"
          title={say('training.lossTitle')}
          figure={lossChart}
          says={lossSays(history)}
          absent={absent((line) => [line.loss, line.testLoss])}
          controls={<ScaleChoice axis={say('training.lossAxis')} value={loss} onChange={setLoss} />}
        />
        <ChartCard
          id="training.accuracy"
          title={say('training.accuracyTitle')}
          figure={accuracyChart}
          says={accuracySays(history)}
          absent={absent(({ trainAccuracy, testAccuracy }) =>
            [trainAccuracy, testAccuracy].flatMap((accuracy) => Object.values(accuracy ?? {})),
          )}
          controls={
            <ScaleChoice axis={say('training.accuracyAxis')} value={accuracy} onChange={setAccuracy} />
          }
        />
        <ChartCard
          id="training.norm"
          title={say('training.normTitle')}
          figure={normChart}
          says={normSays(history)}
          absent={absent((line) => [line.parameterNorm, line.gradientNorm])}
          controls={<ScaleChoice axis={say('training.normAxis')} value={norm} onChange={setNorm} />}
        />
        <ChartCard
          id="training.pace"
          title={say('training.paceTitle')}
          figure={paceChart}
          says={paceSays(history)}
          absent={absent(({ stepsPerSecond }) => [stepsPerSecond])}
          controls={<ScaleChoice axis={say('training.pace')} value={pace} onChange={setPace} />}
        />
      </div>
      <LiveMatrices />
    </>
  );
}
