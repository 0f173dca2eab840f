import { GeometryError } from '../../../contract/errors.js';
import { escapeHidden } from '../../../contract/printable.js';

const LONGEST_QUOTE = 80;

/** A name that came out of a file, made safe for one line: quoted, control characters escaped, cut where long. */
export const quote = (text: string): string => {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return escapeHidden(JSON.stringify(shown));
};

/** The file breaks its own format's rules. */
export const malformed = (file: string, reason: string, cause?: unknown): GeometryError =>
  new GeometryError('malformed-file', `${file}: ${reason}.`, { cause });

/** The file is sound, but holds something that is not read here. */
export const unsupported = (file: string, reason: string): GeometryError =>
  new GeometryError('unsupported-format', `${file}: ${reason}.`);

/** Reading on would mean running code or leaving the checkpoint's folder. */
export const unsafe = (file: string, reason: string): GeometryError =>
  new GeometryError('unsafe-file', `${file}: ${reason}.`);

export const tooLarge = (file: string, reason: string): GeometryError =>
  new GeometryError('too-large', `${file}: ${reason}.`);

export const notFound = (file: string, reason: string): GeometryError =>
  new GeometryError('not-found', `${file}: ${reason}.`);
