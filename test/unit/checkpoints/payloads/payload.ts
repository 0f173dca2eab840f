import { reduce, text, type Code } from './pickleCode.js';

/** What a payload runs in Python: it leaves a file, by which a run under Python shows that it works. */
export const COMMAND = 'touch PWNED';
const STATEMENT = "open('PWNED','w').close()";

/** A pickle's instructions that leave one value, and how the report must name what they would do. */
export interface Payload {
  readonly title: string;
  readonly code: Code;
  readonly says: string;
  /** A notice instead of a security warning: nobody knows what the name does. */
  readonly isNotice?: true;
}

export const command = text(COMMAND);
export const statement = text(STATEMENT);
export const system = (callee: Code): Code => reduce(callee, command);
export const payload = (title: string, instructions: Code, says: string): Payload => ({
  title,
  code: instructions,
  says,
});
export const SYSTEM = `would call os.system with "${COMMAND}"`;
