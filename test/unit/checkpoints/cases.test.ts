import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { GeometryError } from '../../../extension/contract/errors.js';
import {
  inspectSettingsSchema,
  reportAdditionSchema,
  type Report,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';

/** What must hold of one input; the values are those that PyTorch, NumPy and the formats' own writers gave. */
interface Case {
  readonly path: string;
  /** 0 where absent; null where any will do. */
  readonly exit?: number | null;
  readonly steps?: readonly number[];
  readonly checkpoints?: number;
  /** σ₁ at the last step of the tensor whose name holds the key. */
  readonly sigma1?: Readonly<Record<string, number>>;
  /** Tensors without a spectrum. */
  readonly absent?: readonly string[];
  /** Spectra of the last step's weights. */
  readonly matrices?: number;
  readonly says?: string;
  readonly neverSays?: string;
  /** What excuses the values where a warning says it. */
  readonly orSays?: string;
  readonly kind: string;
}

const folder = fileURLToPath(new URL('../../fixtures/cases/', import.meta.url));
const cases = JSON.parse(readFileSync(`${folder}cases.json`, 'utf8')) as readonly Case[];

interface Outcome {
  readonly exit: number;
  /** The error or the warnings, a line each. */
  readonly text: string;
  readonly report: Report | undefined;
}

/** The path tells the format by itself; the sentence has to. */
const withoutPath = (text: string): string => text.replaceAll(/\S*\/fixtures\/cases\/\S*/g, 'FILE');

const outcomeOf = async (path: string): Promise<Outcome> => {
  const store = new ReportStore();
  const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 0 });
  try {
    await inspect(
      { path: `${folder}${path}`, settings },
      {
        signal: new AbortController().signal,
        onAddition: (addition) => store.add(v.parse(reportAdditionSchema, addition)),
      },
    );
  } catch (thrown) {
    if (!(thrown instanceof GeometryError)) throw thrown;
    return { exit: 1, text: withoutPath(thrown.message), report: undefined };
  }
  const report = store.report()!;
  return { exit: 0, text: withoutPath(report.warnings.map(({ message }) => message).join('\n')), report };
};

const expectValues = (expected: Case, report: Report): void => {
  const steps = report.checkpoints.map(({ step }) => step);
  const last = report.spectra.filter(({ step, of }) => step === steps.at(-1) && of === 'weights');
  if (expected.steps !== undefined) expect(steps).toEqual(expected.steps);
  if (expected.checkpoints !== undefined) expect(steps).toHaveLength(expected.checkpoints);
  if (expected.matrices !== undefined)
    expect(last.map(({ tensor, part }) => `${tensor}#${part ?? ''}`)).toHaveLength(expected.matrices);
  for (const [tensor, sigma1] of Object.entries(expected.sigma1 ?? {})) {
    const entry = last.find((spectrum) => spectrum.tensor.includes(tensor));
    expect(
      Math.abs(entry!.spectralNorm / sigma1 - 1),
      `σ₁ of ${tensor}: ${entry!.spectralNorm}`,
    ).toBeLessThan(1e-5);
  }
  for (const tensor of expected.absent ?? []) {
    expect(report.spectra.map((spectrum) => spectrum.tensor).filter((name) => name.includes(tensor))).toEqual(
      [],
    );
  }
};

describe('a shard that is copied over', () => {
  it('is named by its file and by its tensor', async () => {
    const { text } = await outcomeOf('pythia_shard_duplicate/pythia-tiny');
    expect(text).toMatch(/embed_in.*number for number|number for number.*embed_in/);
    expect(text).toMatch(/pytorch_model-0000\d-of-00002\.bin of step\d+ is byte for byte one of step\d+/);
  });
});

describe('inputs as people have them', () => {
  it.each(cases)('$kind: $path', async (expected) => {
    const { exit, text, report } = await outcomeOf(expected.path);
    if (expected.exit !== null) expect(exit, text).toBe(expected.exit ?? 0);
    if (expected.says !== undefined) expect(text).toMatch(new RegExp(expected.says, 'i'));
    if (expected.neverSays !== undefined) expect(text).not.toMatch(new RegExp(expected.neverSays, 'i'));
    const isExcused = expected.orSays !== undefined && new RegExp(expected.orSays, 'i').test(text);
    if (report !== undefined && !isExcused) expectValues(expected, report);
  });
});
