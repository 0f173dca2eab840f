import { readdirSync, readFileSync } from 'node:fs';

/** One entry for each device, in the order of their bus addresses: what the driver says of it. */
export const readInformation = (folder = '/proc/driver/nvidia/gpus'): readonly string[] => {
  try {
    return readdirSync(folder)
      .sort()
      .map((device) => readFileSync(`${folder}/${device}/information`, 'utf8'));
  } catch {
    return [];
  }
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The model of the device that CUDA takes, the first that it sees; undefined where the driver does not tell which that
 * is: no such file, another order than that of the bus, or a part of a device.
 */
export const nvidiaDevice = (
  environment: Environment,
  information: readonly string[],
): string | undefined => {
  if (environment.CUDA_DEVICE_ORDER !== 'PCI_BUS_ID') return undefined;
  const first = (environment.CUDA_VISIBLE_DEVICES ?? '0').split(',')[0]!.trim();
  const taken = /^\d+$/.test(first) ? information[Number(first)] : byUuid(first, information);
  return taken === undefined ? undefined : /^Model:\s*(.+)$/m.exec(taken)?.[1]?.trim();
};

/** A device can be named by the beginning of its UUID, where that is the beginning of no other's. */
const byUuid = (name: string, information: readonly string[]): string | undefined => {
  if (!name.startsWith('GPU-')) return undefined;
  const uuidOf = (text: string): string => /^GPU UUID:\s*(\S+)/m.exec(text)?.[1] ?? '';
  const fitting = information.filter((text) => uuidOf(text).startsWith(name));
  return fitting.length === 1 ? fitting[0] : undefined;
};
