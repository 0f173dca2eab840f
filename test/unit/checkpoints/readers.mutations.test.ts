import { copyFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { GeometryError } from '../../../extension/contract/errors.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import type { Checkpoint } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import {
  expectHarmless,
  mutateAndOpen,
  mutationCount,
  structuralMutators,
  textMutator,
  type MutationFormat,
  type Mutator,
} from './mutations.js';

const fixture = (path: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url)));

/** Numbers and words of JSON, and others in their place. */
const jsonValues = textMutator(/-?\d+|"[A-Za-z0-9_.]+"|\[|\]|\{|\}|true|false|null/g, [
  ...['0', '-1', '1', '2', '16', '65535', '4294967296', '9007199254740993', '1e308', '0.5'],
  ...['null', 'true', '"F8_E4M3"', '"U8"', '"F4"', '"weight_0"', '"../weight_0"', '[', '}', ']'],
]);

/** Small integers of a pickle (BININT1, BININT2), a dictionary's keys and marks. */
const pickled: Mutator = (bytes, choices) => {
  const opcodes = [
    0x28, 0x29, 0x2e, 0x30, 0x4b, 0x4d, 0x52, 0x58, 0x61, 0x62, 0x63, 0x65, 0x68, 0x71, 0x73, 0x75, 0x81,
    0x85, 0x86, 0x94,
  ];
  const places = Array.from(bytes.keys()).filter((at) => bytes[at] === 0x4b || bytes[at] === 0x68);
  const at = places.length > 0 ? choices.pick(places) : 0;
  bytes[Math.min(bytes.length - 1, at + choices.below(3))] = choices.pick([...opcodes, 0, 1, 2, 7, 127, 255]);
  return bytes;
};

interface Reader extends MutationFormat {
  readonly seeds: readonly string[];
  readonly mutators: readonly Mutator[];
  readonly besideFiles?: Readonly<Record<string, string>>;
}

/** Files of a distributed checkpoint have fixed names: the mutant is put there. What is wrong is told of that file. */
const openAs =
  (name: string) =>
  async (path: string): Promise<Checkpoint> => {
    await copyFile(path, join(dirname(path), name));
    const named = async <Result>(result: Promise<Result>): Promise<Result> => {
      try {
        return await result;
      } catch (thrown) {
        if (!(thrown instanceof GeometryError)) throw thrown;
        throw new GeometryError(thrown.code, `${path}: ${thrown.message}`, { cause: thrown });
      }
    };
    const checkpoint = await named(openCheckpoint(dirname(path)));
    return { ...checkpoint, read: (...range) => named(checkpoint.read(...range)) };
  };

const readers: Readonly<Record<string, Reader>> = {
  'GGUF blocks': {
    ending: '.gguf',
    open: openCheckpoint,
    seeds: ['quantised/blocks.gguf', 'cases/gguf_newest_types/model.gguf'],
    mutators: structuralMutators(1400),
  },
  'ONNX codes, constants and subgraphs': {
    ending: '.onnx',
    open: openCheckpoint,
    seeds: [
      'quantised/codes.onnx',
      'cases/onnx_constant_nodes/model.onnx',
      'cases/onnx_int8_qdq/model_quantized.onnx',
    ],
    mutators: structuralMutators(2700),
  },
  'codes beside their scales': {
    ending: '.safetensors',
    open: openCheckpoint,
    seeds: ['quantised/scaled.safetensors', 'cases/st_new_dtypes/model.safetensors'],
    mutators: [...structuralMutators(1600), jsonValues, jsonValues],
  },
  adapters: {
    ending: '.safetensors',
    open: openCheckpoint,
    seeds: ['cases/lora_series/lora/checkpoint-10/adapter_model.safetensors'],
    besideFiles: { 'adapter_config.json': 'cases/lora_series/lora/checkpoint-10/adapter_config.json' },
    mutators: [...structuralMutators(300), jsonValues, jsonValues],
  },
  "an adapter's configuration": {
    ending: '.json',
    open: async (path) => {
      await copyFile(path, join(dirname(path), 'adapter_config.json'));
      return openCheckpoint(join(dirname(path), 'adapter_model.safetensors'));
    },
    seeds: ['cases/lora_series/lora/checkpoint-10/adapter_config.json'],
    besideFiles: {
      'adapter_model.safetensors': 'cases/lora_series/lora/checkpoint-10/adapter_model.safetensors',
    },
    mutators: [...structuralMutators(80), jsonValues, jsonValues],
  },
  'exported programs': {
    ending: '.pt2',
    open: openCheckpoint,
    seeds: ['cases/torchscript_kinds/exported.pt2'],
    mutators: [...structuralMutators(3400), jsonValues, jsonValues, jsonValues],
  },
  'TorchScript constants, quantised, sparse and distributed tensors, runs in a file': {
    ending: '.pt',
    open: openCheckpoint,
    seeds: [
      'cases/torchscript_kinds/frozen.pt',
      'cases/torchscript_kinds/quantised_state.pt',
      'cases/pt_sparse_csr/pruned.pt',
      'torchkinds/kinds.pt',
      'cases/dtensor_rank_files/model_world_size_1_rank_0.pt',
      'cases/tl_grokking_single_file/grokking_demo.pth',
    ],
    mutators: [...structuralMutators(2000), pickled, pickled, pickled],
  },
  'the list of slices of a distributed checkpoint': {
    ending: '.metadata',
    open: openAs('.metadata'),
    seeds: ['cases/fsdp_distcp/pytorch_model_fsdp_0/.metadata'],
    besideFiles: { '__0_0.distcp': 'cases/fsdp_distcp/pytorch_model_fsdp_0/__0_0.distcp' },
    mutators: [...structuralMutators(929), pickled, pickled, pickled],
  },
  'slices of a distributed checkpoint': {
    ending: '.distcp',
    open: openAs('__0_0.distcp'),
    seeds: ['cases/fsdp_distcp/pytorch_model_fsdp_0/__0_0.distcp'],
    besideFiles: { '.metadata': 'cases/fsdp_distcp/pytorch_model_fsdp_0/.metadata' },
    mutators: [...structuralMutators(2089), pickled, pickled, pickled],
  },
  HDF5: {
    ending: '.h5',
    open: openCheckpoint,
    seeds: ['hdf5/plain.h5', 'hdf5/latest.h5', 'hdf5/legacy.h5', 'hdf5/model.weights.h5'],
    mutators: structuralMutators(6000),
  },
  'HDF5 of newer kinds': {
    ending: '.h5',
    open: openCheckpoint,
    seeds: ['hdf5/newest.h5', 'hdf5/newest110.h5', 'hdf5/dense.h5'],
    mutators: [...structuralMutators(6000), ...structuralMutators(110_000)],
  },
  msgpack: {
    ending: '.msgpack',
    open: openCheckpoint,
    seeds: ['msgpack/train_state.msgpack', 'msgpack/types.msgpack', 'msgpack/chunked.msgpack'],
    mutators: structuralMutators(4000),
  },
  'files of any kind': {
    ending: '',
    open: openCheckpoint,
    seeds: [
      ...['model.h5', 'model.keras', 'flax_model.msgpack', 'stable_model.tflite', 'ppo_cartpole.zip'].map(
        (name) => `cases/unreadable_formats/${name}`,
      ),
      ...['html.pt', 'gz_named.pt', 'zeros.safetensors', 'json.bin', 'whole_no_ending'].map(
        (name) => `cases/ckpt_ending_clash/${name}`,
      ),
      'cases/pt_containers/old_tar.pth',
      'cases/torchscript_kinds/package.pt',
    ],
    mutators: structuralMutators(600),
  },
};

describe('harmed files are read or refused', () => {
  it.each(Object.entries(readers))(
    '%s',
    async (name, { ending, open, seeds, mutators, besideFiles = {} }) => {
      const files = await Promise.all(seeds.map(fixture));
      const entries = Object.entries(besideFiles).map(
        async ([own, path]) => [own, await fixture(path)] as const,
      );
      const beside = Object.fromEntries(await Promise.all(entries));
      expectHarmless(name, await mutateAndOpen({ ending, open, beside }, files, mutators, mutationCount));
    },
    1_800_000,
  );
});
