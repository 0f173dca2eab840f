import type { Hdf5File } from './hdf5File.js';
import { openHeap } from './fractalHeap.js';
import { messageTypes, numberOf, type Message } from './objectHeader.js';
import { recordsOf } from './treeTwo.js';

/** A name in a group and the object that it stands for. */
export interface Child {
  readonly name: string;
  readonly address: number;
}

export interface Group {
  readonly children: readonly Child[];
  /** Soft and external links, which are not followed. */
  readonly unread: readonly string[];
}

const MOST_CHILDREN = 1_000_000;
const DEEPEST_TREE = 32;

/** What a group holds; undefined for an object that is none. @throws GeometryError `malformed-file`. */
export const groupOf = async (file: Hdf5File, messages: readonly Message[]): Promise<Group | undefined> => {
  const table = messages.find(({ type }) => type === messageTypes.symbolTable);
  if (table !== undefined) return { children: await symbols(file, table.data), unread: [] };
  const info = messages.find(({ type }) => type === messageTypes.linkInfo);
  const links = messages.filter(({ type }) => type === messageTypes.link);
  if (info === undefined && links.length === 0) return undefined;
  const children: Child[] = [];
  const unread: string[] = [];
  const dense = info === undefined ? [] : await denseLinks(file, info.data);
  for (const data of [...links.map((link) => link.data), ...dense]) {
    const link = linkOf(file, data);
    if (link.address === undefined) unread.push(link.name);
    else children.push({ name: link.name, address: link.address });
  }
  // An index of names is in the order of their hashes; older groups are in that of the names.
  if (dense.length > 0) children.sort((one, other) => (one.name < other.name ? -1 : 1));
  return { children, unread };
};

/** Identifiers of links in a heap follow a number made of their names (specification, III.A.2: type 5). */
const NAME_INDEX = 5;
const HASH_BYTES = 4;

/** Links of a group that has many: in a heap, with an index of their names. */
const denseLinks = async (file: Hdf5File, data: Buffer): Promise<Buffer[]> => {
  const at = 2 + ((data[1] ?? 0) & 1 ? 8 : 0);
  const [heap, names] = [file.address(data, at), file.address(data, at + 8)];
  if (heap === undefined || names === undefined) return [];
  const read = await openHeap(file, heap);
  const { records } = await recordsOf(file, names, [NAME_INDEX]);
  if (records.length > MOST_CHILDREN) throw file.fault('a group has too many members');
  const links: Buffer[] = [];
  for (const record of records) links.push(await read(record.subarray(HASH_BYTES)));
  return links;
};

const linkOf = (file: Hdf5File, data: Buffer): { readonly name: string; readonly address?: number } => {
  const flags = data[1] ?? 0;
  let at = 2;
  const type = flags & 8 ? data[at++] : 0;
  if (flags & 4) at += 8;
  if (flags & 0x10) at += 1;
  const width = 1 << (flags & 3);
  if (at + width > data.length) throw file.fault('a link ends early');
  const length = numberOf(data, at, width);
  at += width;
  if (at + length > data.length) throw file.fault('a link ends early');
  const name = data.toString('utf8', at, at + length);
  const address = type === 0 ? file.address(data, at + length) : undefined;
  return { name, ...(address === undefined ? {} : { address }) };
};

/** Children of a group of the older kind: a B-tree of names in a heap (specification, III.A.1, III.B to III.D). */
const symbols = async (file: Hdf5File, data: Buffer): Promise<Child[]> => {
  const [tree, heap] = [file.address(data, 0), file.address(data, 8)];
  if (tree === undefined || heap === undefined) return [];
  const head = await file.bytes(heap, 32);
  if (head.toString('latin1', 0, 4) !== 'HEAP')
    throw file.fault('the names of a group are not where it says');
  const names = await file.bytes(file.length(head, 24), file.length(head, 8));
  const children: Child[] = [];
  const seen = new Set<number>();
  const visit = async (address: number, depth: number): Promise<void> => {
    if (depth > DEEPEST_TREE || seen.has(address)) throw file.fault('the index of a group has a circle');
    seen.add(address);
    const node = await file.bytes(address, 24);
    if (node.toString('latin1', 0, 4) === 'SNOD') {
      await leaf(address, node.readUInt16LE(6));
      return;
    }
    if (node.toString('latin1', 0, 4) !== 'TREE' || node[4] !== 0) {
      throw file.fault('the index of a group is not where it says');
    }
    const entries = node.readUInt16LE(6);
    const rows = await file.bytes(address + 24, 8 + 16 * entries);
    for (let i = 0; i < entries; i++) {
      const child = file.address(rows, 8 + 16 * i);
      if (child !== undefined) await visit(child, depth + 1);
    }
  };
  const leaf = async (address: number, count: number): Promise<void> => {
    const rows = await file.bytes(address + 8, 40 * count);
    for (let i = 0; i < count; i++) {
      const nameAt = file.length(rows, 40 * i);
      const header = file.address(rows, 40 * i + 8);
      const end = names.indexOf(0, nameAt);
      if (nameAt >= names.length || end < 0) throw file.fault('a name of a group lies outside its heap');
      if (header !== undefined) children.push({ name: names.toString('utf8', nameAt, end), address: header });
      if (children.length > MOST_CHILDREN) throw file.fault('a group has too many members');
    }
  };
  await visit(tree, 0);
  return children;
};
