import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { Choice } from '../../elements/choice.js';
import { OfferAnalysis } from '../../parts/offerAnalysis.js';
import { OfferOthers } from '../../parts/offerOthers.js';
import { useRunsOverlay } from '../../parts/runsOverlay.js';
import { analysisAbsent } from '../../report/absence.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { integer } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import {
  bases,
  basisName,
  concentrationFigure,
  directionsOf,
  isRandom,
  mapFigure,
  modeAt,
  residuesFigure,
  stepOf,
  stepsOf,
  type Basis,
} from './figure.js';
import { concentrationSays, mapSays, otherStepsSay, sizeSays } from './sentences.js';
import { ModeTable, RidgeTable } from './tables.js';

/** What a small step along each leading update direction does to the model, as functions of the input pair. */
export function Modes() {
  const view = useInspection();
  const { report } = view;
  const steps = useMemo(() => stepsOf(report), [report]);
  const [chosenStep, setStep] = usePersistedState('modes.step', -1, isNumber);
  const [basis, setBasis] = usePersistedState<Basis>('modes.basis', 'a+b', oneOf(bases));
  const [chosen, setDirection] = usePersistedState('modes.direction', 'v1', isText);
  const step = steps.includes(chosenStep) ? chosenStep : steps.at(-1);
  const directions = step === undefined ? [] : directionsOf(report, step).filter((one) => !isRandom(one));
  const direction = directions.includes(chosen) ? chosen : (directions[0] ?? 'v1');
  const mode = step === undefined ? undefined : modeAt(report, step, direction);
  const absent = analysisAbsent(view, 'modes');
  const runs = useRunsOverlay();
  const concentration = useMemo(
    () =>
      step === undefined
        ? undefined
        : runs.over(
            (one) => concentrationFigure(one, stepOf(one, step), basis),
            // Of several runs the published recipe alone: its nulls are the lines that are drawn.
            runs.others.length > 0 ? { keeps: ({ name }) => name === say('modes.published') } : {},
          ),
    [runs, step, basis],
  );
  const residues = useMemo(
    () =>
      step === undefined
        ? undefined
        : runs.over((one) => residuesFigure(modeAt(one, stepOf(one, step), direction), basis)),
    [runs, step, direction, basis],
  );
  const map = useMemo(
    () => (step === undefined ? undefined : mapFigure(report, step, direction)),
    [report, step, direction],
  );
  const overlaySays = runs.says + (step === undefined ? '' : otherStepsSay(runs.others, step));
  const isThere = report.analyses.some(({ id }) => id === 'modes');
  if (!isThere && step === undefined) {
    return report.source.descriptor ? (
      <OfferAnalysis request={{ id: 'modes' }} says={say('modes.offer')} text={say('modes.compute')} />
    ) : (
      <p class="says page">{say('modes.offer')}</p>
    );
  }
  return (
    <>
      <OfferOthers sections={['modes']} />
      <div class="pickers">
        {runs.choice}
        {step !== undefined && (
          <label>
            <span>{say('spectra.step')}</span>
            <Choice
              label={say('spectra.step')}
              value={step}
              options={steps.map((value) => ({ value, text: integer(value) }))}
              onChange={setStep}
            />
          </label>
        )}
        <label>
          <span>{say('modes.basis')}</span>
          <Choice
            label={say('modes.basis')}
            value={basis}
            options={bases.map((value) => ({ value, text: basisName(value) }))}
            onChange={setBasis}
          />
        </label>
        {directions.length > 0 && (
          <label>
            <span>{say('modes.directionChoice')}</span>
            <Choice
              label={say('modes.directionChoice')}
              value={direction}
              options={directions.map((value) => ({ value, text: value }))}
              onChange={setDirection}
            />
          </label>
        )}
      </div>
      <div class="cards">
        <ChartCard
          id="modes.concentration"
          title={say('modes.concentrationTitle', { basis: basisName(basis) })}
          figure={concentration}
          says={step === undefined ? '' : concentrationSays(report, step, basis) + overlaySays}
          absent={absent}
        />
        <ChartCard
          id="modes.residues"
          title={say('modes.residuesTitle', { direction, basis: basisName(basis) })}
          figure={residues}
          says={step === undefined ? '' : sizeSays(report, step, mode) + overlaySays}
          absent={mode ? say('modes.noMeans') : absent}
        />
        <ChartCard
          id="modes.map"
          title={say('modes.mapTitle', { direction })}
          figure={map}
          says={step === undefined ? '' : mapSays(report, step, direction)}
          absent={mode ? say('modes.noMap') : absent}
        />
      </div>
      {step !== undefined && <ModeTable step={step} />}
      {step !== undefined && <RidgeTable step={step} />}
    </>
  );
}
