import { GeometryError } from '../../contract/errors.js';
import { probeModel } from './probeModel.js';
import { createSession } from './session.js';

/** What the adapter grants a shader. */
export interface WebGpuLimits {
  readonly storageBuffers: number;
  /** Bytes of one storage buffer's binding. */
  readonly bindingBytes: number;
}

/** A side whose square, in float32, is beyond every device: 4 TiB. Nothing of it is allocated. */
const SIDE = 2 ** 20;
/** The two operands, which fit one binding each. */
const OPERANDS = 2;
const refusal = /Current: (\d+), Max is (\d+)/;

/**
 * Reads the limits of the WebGPU adapter in use. The binding has no question for them; but onnxruntime splits a tensor
 * into bindings of the granted size and refuses a shader with more of them than are granted, naming both numbers. So it
 * is asked for a product that no adapter can hold: the refusal comes before any memory is taken for it.
 * @returns undefined where the refusal has other words.
 * @throws GeometryError `no-provider`.
 */
export const webgpuLimits = async (): Promise<WebGpuLimits | undefined> => {
  const session = await createSession(probeModel(), { provider: 'webgpu' });
  try {
    await session.run({
      a: { data: new Float32Array(SIDE), dims: [SIDE, 1] },
      b: { data: new Float32Array(SIDE), dims: [1, SIDE] },
    });
    return undefined;
  } catch (thrown) {
    const cause = thrown instanceof GeometryError ? thrown.cause : thrown;
    const [, wanted, most] = refusal.exec(cause instanceof Error ? cause.message : '') ?? [];
    if (wanted === undefined || most === undefined) return undefined;
    const bindings = Number(wanted) - OPERANDS;
    return bindings < 1
      ? undefined
      : { storageBuffers: Number(most), bindingBytes: Math.ceil((4 * SIDE * SIDE) / bindings) };
  } finally {
    await session.dispose();
  }
};
