import { GeometryError } from '../../../contract/errors.js';
import type { Warning } from '../../../contract/report.js';
import { quote } from '../bytes/fileErrors.js';
import { isDangerousName } from './pickle/dangerousNames.js';
import { isKnownName } from './pickle/knownNames.js';
import { computedName, type Use } from './pickle/pickleMachine.js';
import { GlobalReference, Opaque, Tuple, type PickleValue } from './pickle/values.js';

/** A name outside the allow-list and the strongest thing that Python would do with it. */
interface Finding {
  /** As the documentation and, where that is another, as the file has it: `os.system (posix.system)`. */
  readonly name: string;
  isDangerous: boolean;
  use: Use;
  /** The first text that a call would be given. */
  argument: string | undefined;
}

const strength: Readonly<Record<Use, number>> = { refer: 0, change: 1, call: 2 };
const MOST_KEPT = 10_000;
const MOST_SECURITY_WARNINGS = 20;
const MOST_IN_NOTICE = 40;
const MOST_IN_FAULT = 10;

/** Names come from the file: control characters must not reach a terminal, nor a long name fill the page. */
const printable = (name: string): string => (/^[\w.() ]{1,200}$/.test(name) ? name : quote(name));

/** The name to show of what is not on the allow-list; undefined for what is. */
const shownName = (subject: GlobalReference | Opaque): string | undefined => {
  if (subject === computedName) return 'a function whose name it computes';
  if (subject instanceof Opaque)
    return isKnownName(subject.origin) || subject.origin === 'unknown'
      ? undefined
      : `what ${printable(subject.origin)} gives`;
  const { path, knownAs } = subject;
  if (isKnownName(knownAs)) return undefined;
  return printable(knownAs === path ? path : `${knownAs} (${path})`);
};

const isDangerous = (use: Use, subject: GlobalReference | Opaque): boolean => {
  if (subject === computedName) return true;
  if (subject instanceof Opaque) return false;
  return use === 'change' || isDangerousName(subject.knownAs, subject.name);
};

const DEEPEST_ARGUMENT = 3;
const firstText = (args: readonly PickleValue[], depth = 0): string | undefined => {
  for (const arg of args) {
    if (typeof arg === 'string' && arg !== '') return arg;
    const items = arg instanceof Tuple ? arg.items : Array.isArray(arg) ? arg.slice(0, 8) : [];
    const text = depth < DEEPEST_ARGUMENT ? firstText(items, depth + 1) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
};

/** What loading one file with Python would do besides building its data: every name that is not on the allow-list. */
export class PickleFindings {
  private readonly byName = new Map<string, Finding>();
  private calls = false;

  constructor(private readonly file: string) {}

  add(use: Use, subject: GlobalReference | Opaque, args: readonly PickleValue[]): void {
    // A function of the library that is given other attributes is no longer the one on the list.
    const name =
      shownName(subject) ??
      (use === 'change' && subject instanceof GlobalReference ? printable(subject.path) : undefined);
    if (name === undefined) return;
    this.calls ||= use !== 'refer';
    const found = this.byName.get(name);
    if (found !== undefined) {
      if (strength[use] > strength[found.use]) found.use = use;
      found.isDangerous ||= isDangerous(use, subject);
      if (use === 'call') found.argument ??= firstText(args);
      return;
    }
    if (this.byName.size >= MOST_KEPT) return;
    const argument = use === 'call' ? firstText(args) : undefined;
    this.byName.set(name, { name, use, argument, isDangerous: isDangerous(use, subject) });
  }

  private get all(): readonly Finding[] {
    return [...this.byName.values()].sort((a, b) => strength[b.use] - strength[a.use]);
  }

  private get dangerous(): readonly Finding[] {
    return this.all.filter((finding) => finding.isDangerous);
  }

  /** Whether anything outside the allow-list would be called or changed. */
  get hasCalls(): boolean {
    return this.calls;
  }

  get isDangerous(): boolean {
    return this.dangerous.length > 0;
  }

  /** A security warning for each dangerous name, and one notice with the count of all others. */
  get warnings(): readonly Warning[] {
    const warn = (code: string, message: string): Warning => ({
      code,
      message: `${this.file}: ${message}`,
      path: this.file,
    });
    const { dangerous } = this;
    const shown = dangerous.slice(0, MOST_SECURITY_WARNINGS);
    const warnings = shown.map((finding) =>
      warn('unsafe-pickle-call', `${sentences[finding.use](finding)}; nothing was called here.`),
    );
    const more = dangerous.slice(shown.length);
    if (more.length > 0)
      warnings.push(
        warn(
          'unsafe-pickle-call',
          `loading this file with Python would reach ${more.length} more that can run code: ${listed(more, MOST_IN_NOTICE)}.`,
        ),
      );
    const unknown = this.all.filter((finding) => !finding.isDangerous);
    if (unknown.length > 0)
      warnings.push(
        warn(
          'unknown-pickle-names',
          `${counted(unknown.length)} not known to this reader: in Python it ${listed(unknown, MOST_IN_NOTICE)}; nothing was called here.`,
        ),
      );
    return warnings;
  }

  /** For the middle of a sentence: `in Python it would call os.system with "…"`. Undefined where all is known. */
  get summary(): string | undefined {
    const { all, dangerous } = this;
    if (all.length === 0) return undefined;
    const first = [...dangerous, ...all.filter((finding) => !finding.isDangerous)];
    return `in Python it ${listed(first, MOST_IN_FAULT)}`;
  }

  /** An error of the file, with what was found before it: Python comes to that first. */
  besides(thrown: unknown): unknown {
    const { summary } = this;
    if (!(thrown instanceof GeometryError) || summary === undefined || thrown.message.includes(summary))
      return thrown;
    const code = this.dangerous.length > 0 ? 'unsafe-file' : thrown.code;
    const message = `${thrown.message.replace(/\.$/, '')}; ${summary}; nothing was called here.`;
    return new GeometryError(code, message, { cause: thrown.cause });
  }
}

const withArgument = ({ name, argument }: Finding): string =>
  argument === undefined ? name : `${name} with ${quote(argument)}`;

const sentences: Readonly<Record<Use, (finding: Finding) => string>> = {
  call: (finding) => `loading this file with Python would call ${withArgument(finding)}`,
  change: ({ name }) => `loading this file with Python would change ${name}`,
  refer: ({ name }) => `this file refers to ${name}, which can run code in Python`,
};

const counted = (count: number): string =>
  count === 1 ? 'it names 1 function or class that is' : `it names ${count} functions or classes that are`;

const verbs: Readonly<Record<Use, string>> = {
  call: 'would call',
  change: 'would change',
  refer: 'refers to',
};

/** `would call a with "x", would call b, refers to c and 3 more`. */
const listed = (findings: readonly Finding[], most: number): string => {
  const shown = findings.slice(0, most).map((finding) => `${verbs[finding.use]} ${withArgument(finding)}`);
  const more = findings.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
};
