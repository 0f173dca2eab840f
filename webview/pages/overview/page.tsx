import { useMemo } from 'preact/hooks';
import { CheckpointList } from './checkpointList.js';
import { MatrixTable } from './matrixTable.js';
import { WarningList } from '../../parts/warningList.js';
import { useInspection } from '../../state/inspectionContext.js';
import { HeatCard } from '../spectra/heatCard.js';
import { PlaneCard } from '../trajectory/planeCard.js';
import { RankCard } from '../reconstruction/rankCard.js';
import { SeveralSpectraCard } from '../spectra/severalSpectraCard.js';

/** What is in the folder, and one card of each of the other pages. */
export function Overview() {
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
        <HeatCard />
      </div>
      <MatrixTable />
      <CheckpointList />
    </>
  );
}
