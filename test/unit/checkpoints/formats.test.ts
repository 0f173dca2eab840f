import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import {
  expectFigures,
  expectedFigures,
  formatFixture,
  refusal,
  type ExpectedTensor,
} from './expectedFigures.js';

/** Entries of expected.json that are not plain lists of tensors. */
interface Special {
  readonly refused?: string;
  readonly accepted_or_refused?: string;
  readonly tensors_at_least?: Readonly<Record<string, ExpectedTensor>>;
}

const specialOf = (name: string): Special => expectedFigures[name] as unknown as Special;
const names = Object.keys(expectedFigures);
const refused = names.filter((name) => specialOf(name).refused !== undefined);
const partly = names.filter((name) => specialOf(name).tensors_at_least !== undefined);
const plain = names.filter(
  (name) => ![...refused, ...partly].includes(name) && specialOf(name).accepted_or_refused === undefined,
);

describe('every file of the fixtures', () => {
  it.each(plain)('%s has exactly the tensors that its own library reads', async (name) => {
    const checkpoint = await openCheckpoint(formatFixture(name));
    await expectFigures(checkpoint, expectedFigures[name]!);
    await checkpoint.close();
  });

  it.each(partly)('%s has at least the tensors that are plain', async (name) => {
    const checkpoint = await openCheckpoint(formatFixture(name));
    const expected = specialOf(name).tensors_at_least!;
    const tensors = checkpoint.tensors.filter((tensor) => Object.hasOwn(expected, tensor.name));
    await expectFigures({ ...checkpoint, tensors }, expected);
    await checkpoint.close();
  });

  it.each(refused)('%s is refused in one line that names it', async (name) => {
    const path = formatFixture(name);
    const error = await refusal(openCheckpoint(path), path);
    expect(['malformed-file', 'unsafe-file', 'not-a-checkpoint']).toContain(error.code);
  });

  it('executes nothing', () => {
    expect(existsSync('weights-pickle-was-executed')).toBe(false);
    expect(existsSync(formatFixture('weights-pickle-was-executed'))).toBe(false);
  });
});
