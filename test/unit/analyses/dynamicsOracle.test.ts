import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../extension/contract/report.js';
import { expectClose, oracle, oracleIsHere, oracleSeries } from '../geometry/oracle.js';
import { inspectedByCommand } from './inspectedByCommand.js';

const scratch = mkdtempSync(join(tmpdir(), 'weight-geometry-dynamics-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface ExpectedDefects {
  readonly eta: number;
  readonly batches: unknown;
  readonly grokStep: number;
  readonly defect: readonly {
    readonly step: number;
    readonly median: number;
    readonly samples: readonly (Record<'gA' | 'gB' | 'delta' | 'D' | 'captured' | 'rho', number> & {
      readonly capturedRandom: readonly number[];
    })[];
  }[];
  readonly pc1: { readonly windowEnds: readonly number[] } & Readonly<Record<string, readonly number[]>>;
  readonly matrices: Readonly<Record<string, Record<string, readonly number[]>>>;
}
interface ExpectedEdge {
  readonly window20Centred: readonly {
    readonly lastStep: number;
    readonly singularValues: readonly number[];
  }[];
  readonly vChecks: readonly { readonly cosRadial: number }[];
  readonly modes: readonly {
    readonly plus: {
      readonly f: { readonly mean: number };
      readonly bases: Record<string, { readonly F: number; readonly peak: number }>;
    };
  }[];
}

describe.runIf(oracleIsHere)("inspect of PyTorch's series, with the batches given", () => {
  let report: Report;
  let theirs: ExpectedDefects;
  beforeAll(async () => {
    theirs = oracle('2602.16746') as ExpectedDefects;
    const { eta, batches } = theirs;
    const file = join(scratch, 'batches.json');
    writeFileSync(file, JSON.stringify({ eta, batches, defectSteps: [1800] }));
    report = await inspectedByCommand(oracleSeries, '--analyses', 'defect,edge,modes', '--batches', file);
  }, 900_000);

  it('has its defects, and what of them the bases capture', () => {
    const [found] = report.defects;
    const expected = theirs.defect.find(({ step }) => step === 1800)!;
    expect(found!.step).toBe(1800);
    expectClose(found!.median, expected.median, 'median');
    expected.samples.forEach((sample, k) => {
      const { gradientA, gradientB, delta, defect, captured, rho, capturedRandom } = found!.samples[k]!;
      expectClose(gradientA, sample.gA, '|g_A|');
      expectClose(gradientB, sample.gB, '|g_B|');
      expectClose(delta, sample.delta, '|δ|');
      expectClose(defect, sample.D, 'D');
      expectClose(captured, sample.captured, 'captured');
      expectClose(rho, sample.rho, 'ρ');
      sample.capturedRandom.forEach((share, i) =>
        expectClose(capturedRandom[i], share, 'captured at random'),
      );
    });
  });

  it('has its path: PC1, gaps, commutators', () => {
    for (const { matrix, lastStep, share } of report.pathShares) {
      expectClose(share, theirs.pc1[matrix]![theirs.pc1.windowEnds.indexOf(lastStep)]!, matrix);
    }
    expect(report.pathShares).toHaveLength(8 * theirs.pc1.windowEnds.length);
    const steps = report.checkpoints.map(({ step }) => step);
    for (const entry of report.matrixGaps) {
      const expected = theirs.matrices[`layer${entry.layer}`]!;
      for (const key of ['s1', 's2', 's3', 'commutator', 'g12', 'g23'] as const) {
        expectClose(entry[key], expected[key]![steps.indexOf(entry.step)]!, key);
      }
    }
  });

  it('has its update spectra and functional modes, and the step at which it groks', () => {
    expect(report.onsets.every(({ grokStep }) => grokStep === theirs.grokStep)).toBe(true);
    const edge = oracle('2604.06256') as ExpectedEdge;
    for (const { lastStep, singularValues } of edge.window20Centred) {
      const found = report.updateSpectra.find(
        (entry) => entry.group === 'attention' && entry.centred && entry.lastStep === lastStep,
      )!;
      singularValues.forEach((value, k) => expectClose(found.singularValues[k], value, `s${k + 1}`));
    }
    const last = report.updateSpectra
      .filter(({ group, centred }) => group === 'attention' && centred)
      .at(-1)!;
    edge.vChecks.forEach(({ cosRadial }, k) => {
      expectClose(last.nulls.decay!.shares[k], Math.abs(cosRadial), `v${k + 1} along the weights`);
    });
    edge.modes.forEach(({ plus }, k) => {
      const found = report.modes.find(({ direction, sign }) => direction === `v${k + 1}` && sign === 1)!;
      expectClose(found.mean, plus.f.mean, `v${k + 1}`);
      for (const [basis, { F, peak }] of Object.entries(plus.bases)) {
        const ours = found.bases[basis as keyof typeof found.bases]!;
        expectClose(ours.concentration, F, `v${k + 1} ${basis}`);
        expect(ours.peak).toBe(peak);
      }
    });
  });
});
