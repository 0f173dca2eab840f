import { readFileSync } from 'node:fs';
import type { ProbeAnswer } from './probeAnswer.js';

interface Driver {
  readonly file: RegExp;
  readonly name: string;
  readonly isSoftware?: true;
}

/** Drivers of Vulkan by the names of their files. To know another is a row more. */
const drivers: readonly Driver[] = [
  { file: /libvk_swiftshader\.so/, name: 'SwiftShader', isSoftware: true },
  { file: /libvulkan_lvp\.so/, name: 'lavapipe', isSoftware: true },
  { file: /libGLX_nvidia\.so|libnvidia-vulkan/, name: 'NVIDIA' },
  { file: /libvulkan_radeon\.so|amdvlk64\.so/, name: 'AMD' },
  { file: /libvulkan_intel(_hasvk)?\.so/, name: 'Intel' },
  { file: /libvulkan_nouveau\.so/, name: 'NVIDIA (nouveau)' },
];

const loadedFiles = (maps: string): string => {
  try {
    return readFileSync(maps, 'utf8');
  } catch {
    return '';
  }
};

/**
 * The driver that answers WebGPU in this process. The binding does not say it, but the drivers that Vulkan
 * has loaded are mapped. Only a software driver without a device's driver beside it is reported: Mesa's
 * software driver is loaded beside a device's driver too, and is not used then.
 */
export const graphicsDriver = (maps = '/proc/self/maps'): Pick<ProbeAnswer, 'device' | 'isSoftware'> => {
  const files = loadedFiles(maps);
  const loaded = drivers.filter(({ file }) => file.test(files));
  const ofDevices = loaded.filter(({ isSoftware }) => isSoftware !== true);
  const [driver] = ofDevices.length > 0 ? ofDevices : loaded;
  // Several devices: which of them was taken is not known.
  if (driver === undefined || ofDevices.length > 1) return {};
  return driver.isSoftware === true
    ? { device: `${driver.name} (software)`, isSoftware: true }
    : { device: `a driver of ${driver.name}` };
};
