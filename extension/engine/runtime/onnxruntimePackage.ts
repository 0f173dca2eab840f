import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as v from 'valibot';

const packageJson = (): string => createRequire(__filename).resolve('onnxruntime-node/package.json');

/** The folder of onnxruntime's binding: the provider's libraries are looked for there and nowhere else. */
export const bindingFolder = (): string =>
  path.join(path.dirname(packageJson()), 'bin', 'napi-v6', process.platform, process.arch);

/** The version of the onnxruntime that is installed: a provider's libraries fit their own version alone. */
export const onnxruntimeVersion = (): string =>
  v.parse(v.object({ version: v.string() }), JSON.parse(readFileSync(packageJson(), 'utf8'))).version;
