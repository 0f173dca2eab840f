import type { Warning } from '../../../contract/report.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import { PickleEnd, PickleFault } from './pickle/pickleReader.js';
import type { PickleEnvironment } from './pickle/pickleMachine.js';
import { elementWidth, loadStorage, torchCalls } from './pickle/torchCalls.js';
import { unpickle } from './pickle/unpickle.js';
import { unsafeName } from './pickle/unsafeCalls.js';
import type { PickleValue } from './pickle/values.js';

/** A model's pickle holds names and shapes; tensors lie beside it. */
const LONGEST_PICKLE = 64 << 20;
const FIRST_READ = 1 << 18;
const MOST_WARNINGS = 20;

/** Reads the pickles of one file and remembers what they would have called in Python. */
export class PickleLog {
  /** Unsafe names, each with the first string that it would have been called with. */
  private readonly unsafe = new Map<string, string | undefined>();
  /** Bytes per element of every storage that was referred to. */
  readonly storageWidths = new Map<string, number>();

  constructor(private readonly file: string) {}

  get unsafeNames(): readonly string[] {
    return [...this.unsafe.keys()];
  }

  get warnings(): readonly Warning[] {
    const warnings = [...this.unsafe].slice(0, MOST_WARNINGS).map(([name, argument]) => ({
      code: 'unsafe-pickle-call',
      message:
        `${this.file}: loading this file with Python would call ${name}` +
        `${argument === undefined ? '' : ` with ${quote(argument)}`}; nothing was called here.`,
      path: this.file,
    }));
    const more = this.unsafe.size - warnings.length;
    if (more <= 0) return warnings;
    const message = `${this.file}: loading this file with Python would make ${more} more unsafe calls.`;
    return [...warnings, { code: 'unsafe-pickle-call', message, path: this.file }];
  }

  private readonly environment: PickleEnvironment = {
    calls: torchCalls,
    persistentLoad: (id) => {
      const storage = loadStorage(id);
      this.storageWidths.set(storage.key, elementWidth(storage.dtype));
      return storage;
    },
    onGlobal: ({ module, name }) => {
      const unsafe = unsafeName(module, name);
      if (unsafe !== undefined && !this.unsafe.has(printable(unsafe)))
        this.unsafe.set(printable(unsafe), undefined);
    },
    onCall: ({ module, name }, args) => {
      const unsafe = unsafeName(module, name);
      if (unsafe === undefined || this.unsafe.get(printable(unsafe)) !== undefined) return;
      this.unsafe.set(
        printable(unsafe),
        args.find((arg) => typeof arg === 'string'),
      );
    },
  };

  /**
   * The pickle at byte `start` of a source that may go on behind it.
   * @throws GeometryError `malformed-file`, `too-large`.
   */
  async read(
    source: ByteSource,
    start: number,
  ): Promise<{ readonly value: PickleValue; readonly end: number }> {
    for (let length = FIRST_READ; ; length *= 4) {
      const available = Math.min(length, source.size - start, LONGEST_PICKLE);
      const bytes = await source.read(start, available);
      try {
        const { value, end } = unpickle(bytes, 0, this.environment);
        return { value, end: start + end };
      } catch (thrown) {
        if (thrown instanceof PickleFault) {
          const fail = thrown.isTooLarge ? tooLarge : malformed;
          throw fail(this.file, `its pickle cannot be read: ${thrown.message}`);
        }
        if (!(thrown instanceof PickleEnd)) throw thrown;
        if (available === source.size - start) throw malformed(this.file, 'its pickle ends early');
        if (available === LONGEST_PICKLE) throw tooLarge(this.file, 'its pickle is longer than 64 MB');
      }
    }
  }
}

/** Names come from the file: control characters must not reach a terminal. */
const printable = (name: string): string => (/^[\w.() ]{1,200}$/.test(name) ? name : quote(name));
