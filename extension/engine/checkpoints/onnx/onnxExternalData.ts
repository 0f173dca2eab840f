import { dirname } from 'node:path';
import { containedPath } from '../bytes/containedPath.js';
import { openFile, type FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, notFound, quote, tooLarge, unsafe } from '../bytes/fileErrors.js';
import type { TensorProto } from './onnxTensorProto.js';
import { closeAll } from '../tensors/storedTensors.js';

/** The files beside a model that hold its external tensors, each opened once. */
export interface ExternalFiles {
  /** Where `bytes` bytes of a tensor's values begin, in a file inside the model's folder. */
  locate(tensor: TensorProto, bytes: number): Promise<{ source: FileByteSource; offset: number }>;
  opened(): readonly FileByteSource[];
  close(): Promise<void>;
}

const MOST_FILES = 1024;

const readNumber = (file: string, tensor: TensorProto, key: string): number | undefined => {
  const text = tensor.external.get(key);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw malformed(
    file,
    `the external data of tensor ${quote(tensor.name)} have no valid ${key} (${quote(text)})`,
  );
};

/**
 * External data of an ONNX model (onnx docs/ExternalData.md): locations are relative to the model and may not leave
 * its folder.
 */
export const externalFilesOf = (model: string): ExternalFiles => {
  const sources = new Map<string, FileByteSource>();

  const open = async (tensor: TensorProto): Promise<FileByteSource> => {
    const location = tensor.external.get('location') ?? '';
    const known = sources.get(location);
    if (known !== undefined) return known;
    const place = await containedPath(dirname(model), location);
    if (place.kind === 'outside') {
      throw unsafe(
        model,
        `tensor ${quote(tensor.name)} lies outside the model's folder, at ${quote(location)}`,
      );
    }
    if (place.kind === 'missing') {
      throw notFound(
        model,
        `the file ${quote(location)} with the data of tensor ${quote(tensor.name)} is missing`,
      );
    }
    if (sources.size >= MOST_FILES) throw tooLarge(model, `its data are in more than ${MOST_FILES} files`);
    const source = await openFile(place.path);
    sources.set(location, source);
    return source;
  };

  return {
    async locate(tensor, bytes) {
      const source = await open(tensor);
      const offset = readNumber(model, tensor, 'offset') ?? 0;
      const length = readNumber(model, tensor, 'length') ?? bytes;
      if (length !== bytes) {
        throw malformed(
          model,
          `tensor ${quote(tensor.name)} has ${length} external bytes; its shape needs ${bytes}`,
        );
      }
      if (offset + bytes > source.size) {
        throw malformed(
          model,
          `the external data of tensor ${quote(tensor.name)} end early, in ${source.name}`,
        );
      }
      return { source, offset };
    },
    opened: () => [...sources.values()],
    close: () => closeAll([...sources.values()]),
  };
};
