import type { GeometryError } from '../../../contract/errors.js';
import type { Warning } from '../../../contract/report.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { malformed, tooLarge } from '../bytes/fileErrors.js';
import { PickleFindings } from './pickleFindings.js';
import { PickleEnd, PickleFault } from './pickle/pickleFault.js';
import type { PickleEnvironment } from './pickle/pickleMachine.js';
import { elementWidth, loadStorage, torchCalls } from './pickle/torchCalls.js';
import { unpickle } from './pickle/unpickle.js';
import { GlobalReference, Tuple, type PickleValue } from './pickle/values.js';

/** A model's pickle holds names and shapes; tensors lie beside it. */
const LONGEST_PICKLE = 64 << 20;
const FIRST_READ = 1 << 18;
const LOAD = 'torch.storage._load_from_bytes';
const PICKLES_OF_LEGACY_FILE = 5;
const DEEPEST_NESTED = 4;

/** Reads the pickles of one file and remembers what they would have called in Python. */
export class PickleLog {
  readonly findings: PickleFindings;
  /** Folder of the archive that the storages of the pickle being read lie in; '' for the usual one. */
  storageFolder = '';
  /** Bytes per element of every storage that was referred to. */
  readonly storageWidths = new Map<string, number>();

  private depth = 0;
  private load: GlobalReference | undefined;

  constructor(private readonly file: string) {
    this.findings = new PickleFindings(file);
  }

  get warnings(): readonly Warning[] {
    return this.findings.warnings;
  }

  private readonly environment: PickleEnvironment = {
    calls: torchCalls,
    persistentLoad: (id) => {
      // Legacy files keep a module's class so, with its source beside it.
      if (id instanceof Tuple && id.items[0] === 'module') return id.items[1] ?? null;
      const own = loadStorage(id);
      const storage = this.storageFolder === '' ? own : { ...own, key: `${this.storageFolder}/${own.key}` };
      this.storageWidths.set(storage.key, elementWidth(storage.dtype));
      return storage;
    },
    onUse: (use, subject, args) => {
      const isLoad = subject instanceof GlobalReference && subject.path === LOAD;
      if (isLoad) this.load = subject;
      if (!isLoad || (use === 'call' && !this.readNested(args))) this.findings.add(use, subject, args);
      // Whatever else is called may call it in turn, with bytes that are not seen here.
      if (this.load !== undefined && this.findings.hasCalls) this.findings.add('refer', this.load, []);
    },
  };

  /**
   * A storage that was pickled without torch.save is a legacy file within the pickle: five pickles, read here for the
   * names in them. False where the bytes are something else.
   */
  private readNested([bytes]: readonly PickleValue[]): boolean {
    if (!(bytes instanceof Uint8Array) || this.depth >= DEEPEST_NESTED) return false;
    this.depth++;
    try {
      for (let pickle = 0, at = 0; pickle < PICKLES_OF_LEGACY_FILE; pickle++)
        at = unpickle(bytes, at, this.environment).end;
      return true;
    } catch (thrown) {
      if (thrown instanceof PickleFault || thrown instanceof PickleEnd) return false;
      throw thrown;
    } finally {
      this.depth--;
    }
  }

  /**
   * The pickle at byte `start` of a source that may go on behind it.
   * @throws GeometryError `malformed-file`, `too-large`.
   */
  async read(
    source: ByteSource,
    start: number,
  ): Promise<{ readonly value: PickleValue; readonly end: number }> {
    let fault: PickleFault | undefined;
    for (let length = FIRST_READ; ; length *= 4) {
      const available = Math.min(length, source.size - start, LONGEST_PICKLE);
      const bytes = await source.read(start, available);
      try {
        const { value, end } = unpickle(bytes, 0, this.environment, fault);
        return { value, end: start + end };
      } catch (thrown) {
        if (thrown instanceof PickleFault) throw this.explain(thrown);
        if (!(thrown instanceof PickleEnd)) throw thrown;
        fault = thrown.fault;
        if (available === source.size - start) throw fault ? this.explain(fault) : this.tornOff();
        if (available === LONGEST_PICKLE)
          throw tooLarge(this.file, 'its pickle is longer than 64 MB, and what follows was not looked at');
      }
    }
  }

  private explain({ isTooLarge, message }: PickleFault): GeometryError {
    return (isTooLarge ? tooLarge : malformed)(this.file, `its pickle cannot be read: ${message}`);
  }

  private tornOff(): GeometryError {
    return malformed(this.file, 'its pickle ends early');
  }
}
