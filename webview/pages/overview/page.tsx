import { useMemo } from 'preact/hooks';
import { CheckpointList } from './checkpointList.js';
import { MatrixTable } from './matrixTable.js';
import { ModelGridCard } from './modelGridCard.js';
import { TensorTable } from './tensorTable.js';
import { WarningList } from '../../parts/warningList.js';
import { useInspection } from '../../state/inspectionContext.js';
import { HeatCard } from '../spectra/heatCard.js';
import { PlaneCard } from '../trajectory/planeCard.js';
import { RankCard } from '../reconstruction/rankCard.js';
import { SeveralSpectraCard } from '../spectra/severalSpectraCard.js';

/** The overview: one model by layers and tensors, a series by its changes. */
export function Overview() {
  const { report } = useInspection();
  return report.checkpoints.length > 1 ? <SeriesOverview /> : <ModelOverview />;
}

/** One checkpoint: where there is structure, and the file's contents. */
const ModelOverview = () => (
  <>
    <WarningList />
    <ModelGridCard />
    <TensorTable />
    <div class="cards stack">
      <SeveralSpectraCard />
    </div>
    <CheckpointList />
  </>
);

/** One card of each of the other pages, every matrix over the steps, every tensor. */
function SeriesOverview() {
  const { report } = useInspection();
  const group = useMemo(
    () => (report.trajectories.some((entry) => entry.group === 'layer0.Q') ? 'layer0.Q' : 'all'),
    [report],
  );
  return (
    <>
      <WarningList />
      <div class="cards">
        <RankCard id="overview.rank" />
        <PlaneCard id="overview.plane" group={group} centred pair={[0, 1]} />
        <SeveralSpectraCard />
      </div>
      <div class="cards stack">
        <HeatCard />
      </div>
      <ModelGridCard />
      <MatrixTable />
      <TensorTable />
      <CheckpointList />
    </>
  );
}
