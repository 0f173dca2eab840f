import type * as Ort from 'onnxruntime-node';
import { GeometryError } from '../../contract/errors.js';
import { libraryTelemetryOff } from '../../contract/libraryTelemetry.js';

let loading: Promise<typeof Ort> | undefined;

/**
 * onnxruntime's binding, loaded when first needed: 200 ms and 20 MB that a process which never runs a graph is spared.
 * What the library reads from the environment is set before it is loaded: its telemetry is off; TF32 is off, so CUDA
 * multiplies in full float32; devices are counted in the order of the bus, as the driver lists them, unless the user has
 * chosen an order. Only a process's main thread can set it: a worker has a copy of the environment.
 * @throws GeometryError `no-provider` where the binding has no build for this platform.
 */
export const onnxruntime = (): Promise<typeof Ort> => (loading ??= load());

const load = async (): Promise<typeof Ort> => {
  Object.assign(process.env, libraryTelemetryOff);
  process.env.NVIDIA_TF32_OVERRIDE = '0';
  process.env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    loading = undefined;
    throw new GeometryError(
      'no-provider',
      `onnxruntime could not be loaded on ${process.platform}-${process.arch}.`,
      { cause },
    );
  }
};
