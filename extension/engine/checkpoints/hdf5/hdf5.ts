import type { ByteSource } from '../bytes/byteSource.js';
import type { FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote, unsupported } from '../bytes/fileErrors.js';
import { looksLikeZip, openZip } from '../bytes/zipArchive.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';
import type { Warning } from '../../../contract/report.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { outputsLast } from '../tensors/outputsLast.js';
import { checkpointOf, type StoredTensor } from '../tensors/storedTensors.js';
import { datasetOf } from './dataset.js';
import { groupOf, type Group } from './groups.js';
import { Hdf5File } from './hdf5File.js';
import { messagesOf } from './objectHeader.js';

const DEEPEST_GROUP = 64;
const MOST_OBJECTS = 1_000_000;
/** What Keras keeps of its optimiser beside the weights. */
const optimiserGroup = /^(?:optimizer|optimizer_weights|_optimizer)\//;

export { looksLikeHdf5 } from './hdf5File.js';

/** Datasets of a file by their paths: `layers/dense/vars/0`. @throws GeometryError `malformed-file`. */
const datasetsOf = async (
  file: Hdf5File,
): Promise<{ readonly tensors: StoredTensor[]; readonly warnings: Warning[] }> => {
  const tensors: StoredTensor[] = [];
  const warnings: Warning[] = [];
  // A second name for an object is the same object, and groups may form circles.
  const seen = new Set<number>();
  const visit = async (address: number, path: string, depth: number): Promise<void> => {
    if (seen.has(address)) return;
    seen.add(address);
    if (depth > DEEPEST_GROUP || seen.size > MOST_OBJECTS) throw file.fault('its groups go too deep');
    const messages = await messagesOf(file, address);
    const group = await groupOf(file, messages);
    if (group === undefined) {
      const tensor = datasetOf(file, path, messages);
      if (tensor !== undefined) tensors.push(outputsLast(ofOptimiser(tensor)));
      return;
    }
    for (const why of unlisted(group)) {
      const message = `The group ${quote(path === '' ? '/' : path)} ${why}.`;
      warnings.push({ code: 'links-not-followed', path: file.name, message });
    }
    for (const child of group.children) {
      await visit(child.address, path === '' ? child.name : `${path}/${child.name}`, depth + 1);
    }
  };
  await visit(file.root, '', 0);
  const [why] = warnings;
  if (tensors.length === 0 && why !== undefined) throw unsupported(file.name, why.message.replace(/\.$/, ''));
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw file.fault(`two datasets have the name ${quote(name)}`);
    names.add(name);
  }
  return { tensors, warnings };
};

const mostNamed = 3;

/** Why members of a group are not listed. */
const unlisted = ({ unread }: Group): string[] => {
  const more = unread.length > mostNamed ? `, and ${unread.length - mostNamed} more` : '';
  const named = unread.slice(0, mostNamed).map(quote).join(', ');
  return unread.length > 0 ? [`has links that are not followed: ${named}${more}`] : [];
};

const ofOptimiser = (tensor: StoredTensor): StoredTensor =>
  optimiserGroup.test(tensor.name) && tensor.unmeasured === undefined
    ? { ...tensor, unmeasured: { reason: 'state of the optimiser', isUsed: true, onRequest: true } }
    : tensor;

const read = async (
  source: ByteSource,
  name: string,
  format: string,
  files: readonly FileIdentity[],
  sources: readonly ByteSource[],
): Promise<Checkpoint> => {
  const { tensors, warnings } = await datasetsOf(await Hdf5File.open(source, name));
  return checkpointOf({ format, files, tensors, warnings, sources });
};

/**
 * Datasets of an HDF5 file, as Keras, h5py and others write weights, or of the one in an archive of Keras 3: both kinds of
 * groups, contiguous, compact and chunked values, deflated or shuffled. Nothing outside the file is read: external links and
 * external values are listed.
 * @throws GeometryError `malformed-file`, `unsupported-format`.
 */
export const readHdf5 = async (source: FileByteSource): Promise<Checkpoint> => {
  const head = await source.read(0, Math.min(4, source.size));
  if (!looksLikeZip(head)) return read(source, source.name, 'hdf5', [source.file], [source]);
  const member = [...(await openZip(source)).values()].find(({ name }) => kerasMember.test(name));
  if (member === undefined) throw malformed(source.name, 'the archive holds no model.weights.h5');
  const weights = await member.open();
  return read(weights, `${source.name}, ${member.name}`, 'keras', [source.file], [weights, source]);
};

/** What holds the weights in an archive of Keras 3. */
export const kerasMember = /(?:^|\/)model\.weights\.h5$/;
