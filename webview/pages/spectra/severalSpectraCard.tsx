import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { spectraAbsent } from '../../report/absence.js';
import { severalSpectraSay } from './sentences.js';
import { severalSpectraFigure } from './figure.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { severalMatrices } from '../../report/severalMatrices.js';
import { hasSteps } from '../../../extension/contract/stepKnown.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

/** The last spectra of a few matrices, from the lowest to the highest stable rank. */
export function SeveralSpectraCard() {
  const view = useInspection();
  const { report, matrixChoice, spectra } = view;
  const [scale, setScale] = useScale('overview.spectra.scale', 'log');
  const chosen = useMemo(() => severalMatrices(matrixChoice, spectra), [matrixChoice, spectra]);
  const figure = useMemo(() => severalSpectraFigure(chosen, scale), [chosen, scale]);
  const step = chosen[0]?.entry.step ?? report.checkpoints.at(-1)?.step ?? 0;
  return (
    <ChartCard
      id="overview.spectra"
      title={hasSteps(report) ? say('overview.spectra', { step }) : say('overview.spectraOfModel')}
      figure={figure}
      says={severalSpectraSay(chosen)}
      absent={spectraAbsent(view, 'weights')}
      controls={<ScaleChoice axis={say('singularValue')} value={scale} onChange={setScale} />}
    />
  );
}
