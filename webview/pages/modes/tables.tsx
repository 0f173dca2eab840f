import { useMemo } from 'preact/hooks';
import type { Report } from '../../../extension/contract/report.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { useInspection } from '../../state/inspectionContext.js';
import { basisName, bases, directionsOf, modeAt } from './figure.js';

/** A direction, or a null below the directions. */
interface ModeRow {
  readonly name: string;
  readonly mean?: number | undefined;
  readonly radial?: number | undefined;
  readonly own: (basis: (typeof bases)[number]) => BasisMode | undefined;
  readonly value: (basis: (typeof bases)[number]) => number | undefined;
}
type BasisMode = NonNullable<NonNullable<ReturnType<typeof modeAt>>['bases'][(typeof bases)[number]]>;

function directionRows(report: Report, step: number): ModeRow[] {
  return directionsOf(report, step)
    .filter((direction) => !direction.startsWith('random'))
    .flatMap((direction): ModeRow[] => {
      const mode = modeAt(report, step, direction);
      if (!mode) return [];
      const { mean, radial } = mode;
      return [
        {
          name: direction,
          mean,
          radial,
          own: (basis) => mode.bases[basis],
          value: (basis) => mode.bases[basis]?.concentration,
        },
      ];
    });
}

function nullRows(report: Report, step: number): ModeRow[] {
  const nulls = report.modeNulls.find((entry) => entry.step === step);
  if (!nulls) return [];
  const row = (name: string, value: ModeRow['value']): ModeRow => ({ name, own: () => undefined, value });
  return [
    row(say('modes.fisherRow'), (basis) => nulls.bases[basis]?.fisher.q95),
    row(say('modes.randomRow'), (basis) => nulls.bases[basis]?.random.mean),
    row(say('modes.randomMaxRow'), (basis) => nulls.bases[basis]?.random.max),
  ];
}

const modeColumns = (): TableColumn<ModeRow>[] => [
  { id: 'direction', title: say('modes.direction'), value: ({ name }) => name },
  { id: 'mean', title: say('modes.mean'), isNumeric: true, value: ({ mean }) => mean },
  { id: 'radial', title: say('modes.radial'), isNumeric: true, value: ({ radial }) => radial },
  ...bases.map((basis): TableColumn<ModeRow> => ({
    id: basis,
    title: basisName(basis),
    isNumeric: true,
    value: (row) => row.value(basis),
    cell: (row) => {
      const own = row.own(basis);
      const value = row.value(basis);
      return (
        <>
          {value !== undefined && percent(value)}
          {own && (
            <small class="muted">
              {` ${say('modes.peak', { peak: own.peak })} · ${say('modes.fisherP', { p: number(own.fisherP) })}`}
            </small>
          )}
        </>
      );
    },
  })),
];

/** Concentration and peak of every direction in every basis; below, what chance and random directions reach. */
export function ModeTable({ step }: { readonly step: number }) {
  const { report } = useInspection();
  const columns = useMemo(modeColumns, []);
  return (
    <SortableTable
      id="modes.table"
      title={say('modes.table')}
      columns={columns}
      rows={directionRows(report, step)}
      foot={nullRows(report, step)}
      keyOf={({ name }) => name}
      says={say('modes.tableSays')}
    />
  );
}

const ridgeFeatures = ['add', 'mul', 'both', 'both+cross'] as const;

/** R² of ridge regression in sample and held out. */
export function RidgeTable({ step }: { readonly step: number }) {
  const { report } = useInspection();
  const found = report.modeRidge.filter((entry) => entry.step === step && entry.target === 'scalar');
  if (found.length === 0) return null;
  const entryOf = (direction: string, feature: (typeof ridgeFeatures)[number]) =>
    found.find((entry) => entry.direction === direction && entry.features === feature);
  const columns: TableColumn<string>[] = [
    { id: 'direction', title: say('modes.direction'), value: (direction) => direction },
    ...ridgeFeatures.map((feature): TableColumn<string> => ({
      id: feature,
      title: feature,
      isNumeric: true,
      value: (direction) => entryOf(direction, feature)?.heldOut,
      cell: (direction) => {
        const entry = entryOf(direction, feature);
        return (
          entry && (
            <>
              <strong>{number(entry.heldOut)}</strong>{' '}
              <small class="muted">{say('modes.inSample', { value: number(entry.inSample) })}</small>
            </>
          )
        );
      },
    })),
  ];
  return (
    <SortableTable
      id="modes.ridge"
      title={say('modes.ridge')}
      columns={columns}
      rows={[...new Set(found.map(({ direction }) => direction))]}
      keyOf={(direction) => direction}
      says={say('modes.ridgeSays')}
    />
  );
}
