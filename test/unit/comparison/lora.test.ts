import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exportLoraCommand } from '../../../extension/cli/exportLoraCommand.js';
import { exportedLora } from '../../../extension/engine/analyses/compare/exportLora.js';
import { rankForEnergy } from '../../../extension/engine/geometry/comparison/lowRank.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { energyShares, rankFor } from '../../../webview/pages/compare/loraRanks.js';
import { writeSafetensors, type Weights } from '../inspection/seriesFixture.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));
const { signal } = new AbortController();

const random = seededRandom(9);
const noise = (...shape: number[]) => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal())),
});

/** Whole numbers, so that differences are exact in float32: of rank two, the second a tenth of the first. */
const moved = ({ shape, values }: Weights[string]): Weights[string] => ({
  shape,
  values: values.map((value, i) => {
    const [row, column] = [Math.floor(i / shape[1]!), i % shape[1]!];
    return value + 10 * (row % 2) * (column % 3) + (row % 3 === 0 ? 1 : 0) * (column % 2);
  }),
});
const whole = (...shape: number[]): Weights[string] => {
  const { values } = noise(...shape);
  return { shape, values: values.map((value) => Math.round(4 * value)) };
};

const pairOf = (own: Weights, base: Weights): { own: string; base: string; folder: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  folders.push(folder);
  for (const [name, weights] of Object.entries({ own, base })) {
    mkdirSync(join(folder, name));
    writeSafetensors(join(folder, name, 'model.safetensors'), weights);
  }
  return { own: join(folder, 'own'), base: join(folder, 'base'), folder };
};

const base: Weights = {
  'model.embed.weight': whole(9, 6),
  'model.layers.0.self_attn.q_proj.weight': whole(8, 6),
  'model.layers.0.mlp.up_proj.weight': whole(10, 6),
  'model.layers.0.norm.weight': noise(6),
};
const q = 'model.layers.0.self_attn.q_proj.weight';
const tuned: Weights = {
  ...base,
  [q]: moved(base[q]!),
  'model.layers.0.norm.weight': noise(6),
};

describe('the difference as an adapter', () => {
  it('is the difference itself at the whole energy, by names that PEFT takes', async () => {
    const { own, base: from } = pairOf(tuned, base);
    const { tensors, config, modules, leftOut } = await exportedLora(own, from, 1, signal, () => undefined);
    expect(modules.map(({ module }) => module)).toEqual(['model.layers.0.self_attn.q_proj']);
    expect(leftOut).toEqual(['model.layers.0.norm.weight']);
    const [a, b] = ['lora_A', 'lora_B'].map((name) =>
      tensors.find((tensor) => tensor.name === `base_model.model.${modules[0]!.module}.${name}.weight`)!,
    ) as [(typeof tensors)[number], (typeof tensors)[number]];
    const rank = a.shape[0]!;
    expect(config).toMatchObject({ peft_type: 'LORA', r: rank, lora_alpha: rank, fan_in_fan_out: false });
    for (let row = 0; row < 8; row++)
      for (let column = 0; column < 6; column++) {
        let product = 0;
        for (let k = 0; k < rank; k++) product += b.data[row * rank + k]! * a.data[k * 6 + column]!;
        const i = row * 6 + column;
        expect(product).toBeCloseTo(tuned[q]!.values[i]! - base[q]!.values[i]!, 4);
      }
  });

  it('takes the smallest rank that holds the share', async () => {
    const { own, base: from } = pairOf(tuned, base);
    const ranks = async (energy: number) =>
      (await exportedLora(own, from, energy, signal, () => undefined)).modules.map(({ rank }) => rank);
    expect(await ranks(0.9)).toEqual([1]);
    expect(await ranks(0.999999)).toEqual([2]);
  });

  it('of equal models is refused', async () => {
    const { own, base: from } = pairOf(base, base);
    await expect(exportedLora(own, from, 0.9, signal, () => undefined)).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it('counts values that are NaN in both models as equal', async () => {
    const odd = { shape: [2], values: [NaN, 1] };
    const { own, base: from } = pairOf({ ...tuned, odd }, { ...base, odd });
    const { leftOut } = await exportedLora(own, from, 0.9, signal, () => undefined);
    expect(leftOut).not.toContain('odd');
  });

  it('is written beside its configuration, and never over another', async () => {
    const { own, base: from, folder } = pairOf(tuned, base);
    const out = join(folder, 'lora');
    const said: string[] = [];
    const console = {
      out: (text: string) => void said.push(text),
      error: (text: string) => void said.push(text),
      isTerminal: false,
      signal,
    };
    const args = [own, '--base', from, '--out', out];
    expect(await exportLoraCommand.run(args, console)).toBe(0);
    const config = JSON.parse(readFileSync(join(out, 'adapter_config.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(config.rank_pattern).toEqual({ 'model.layers.0.self_attn.q_proj': 1 });
    expect(config.alpha_pattern).toEqual(config.rank_pattern);
    expect(said.join('')).toContain('1 tensor changed that no LoRA of linear layers holds');
    await expect(exportLoraCommand.run(args, console)).rejects.toMatchObject({ code: 'in-use' });
    await expect(exportLoraCommand.run([...args, '--energy', '2'], console)).rejects.toThrow('--energy');
  });
});

describe('a rank for a share of the energy', () => {
  it('is the same for the page and the command', () => {
    for (const values of [[3, 2, 1], [1], [5, 1e-9], [0, 0]])
      for (const energy of [0.1, 0.5, 0.9, 0.99]) {
        if (values[0]! > 0) expect(rankFor(energyShares(values), energy)).toBe(rankForEnergy(values, energy));
      }
    expect(rankForEnergy([0, 0], 0.9)).toBe(0);
    expect(rankForEnergy([2, 2, 2, 2], 0.5)).toBe(2);
  });
});
