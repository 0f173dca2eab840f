import type { RunCommand } from '../../engine/runs/cluster/systemCommand.js';

export type Ending = 'finished' | 'failed' | 'killed';

/** The script: what happens to the elements. */
export interface Script {
  /** Training seconds of element `index`. */
  readonly duration: (index: number) => number;
  readonly ending: (index: number, job: string) => Ending;
  /** Whether the controller is unavailable at this second. */
  readonly isAway: (second: number) => boolean;
  /** The run of an element begins or ends: writes the run's files. */
  readonly begun: (index: number, job: string) => void;
  readonly ended: (index: number, how: Ending, job: string) => void;
}

interface Element {
  readonly part: number;
  readonly name: string;
  readonly place: number;
  readonly index: number;
  readonly ends: number;
}

/**
 * Slurm's commands with a simulated clock: `sbatch`, `squeue`, `scancel`, `scontrol`, with the real ones'
 * output. Elements of an array start in order, `maxAtOnce` at a time.
 */
export class ScriptedSlurm {
  second = 0;
  /** Number of queries, and characters of the answers. */
  readonly asked = { calls: 0, characters: 0 };
  /** Maximum number of elements at a time. */
  most = 0;
  private readonly waiting: Omit<Element, 'ends'>[] = [];
  private working: Element[] = [];
  private parts = 0;
  private atOnce = 1;

  constructor(private readonly script: Script) {}

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.working.length === 0;
  }

  readonly run: RunCommand = (program, args) => {
    if (program === 'squeue') this.asked.calls++;
    if (this.script.isAway(this.second) && program !== 'scontrol') {
      const stderr = 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)';
      return Promise.resolve({ status: 1, stdout: '', stderr });
    }
    const stdout = (this.programs[program] ?? (() => ''))(args);
    if (program === 'squeue') this.asked.characters += stdout.length;
    return Promise.resolve({ status: 0, stdout, stderr: '' });
  };

  /** Advances the clock, one event after another. */
  advance(seconds: number): void {
    const end = this.second + seconds;
    for (;;) {
      this.fill();
      const next = this.working.reduce((least, { ends }) => Math.min(least, ends), Infinity);
      if (next > end) break;
      this.second = next;
      const over = this.working.filter(({ ends }) => ends <= next);
      this.working = this.working.filter(({ ends }) => ends > next);
      for (const { index, name } of over) {
        this.script.ended(index, this.script.ending(index, name), name);
      }
    }
    this.second = end;
  }

  private fill(): void {
    // The parts of an array are singletons: one starts when the one before has ended.
    const part = this.working[0]?.part ?? this.waiting[0]?.part;
    while (this.working.length < this.atOnce && this.waiting[0]?.part === part && part !== undefined) {
      const element = this.waiting.shift()!;
      this.working.push({ ...element, ends: this.second + this.script.duration(element.index) });
      this.script.begun(element.index, element.name);
    }
    this.most = Math.max(this.most, this.working.length);
  }

  private readonly programs: Readonly<Record<string, (args: readonly string[]) => string>> = {
    sbatch: (args) => {
      const [, name = ''] = /--job-name=(\S+)/.exec(args.join(' ')) ?? [];
      const [, last = '0', atOnce = '1'] = /--array=0-(\d+)%(\d+)/.exec(args.join(' ')) ?? [];
      const first = Number(args.at(-1));
      const part = ++this.parts;
      this.atOnce = Number(atOnce);
      for (let place = 0; place <= Number(last); place++)
        this.waiting.push({ part, name, place, index: first + place });
      return `${part}\n`;
    },
    squeue: () =>
      [
        ...this.waiting.map(({ part, name, place }) => `${part}|${place}|PENDING|JobArrayTaskLimit||${name}`),
        ...this.working.map(
          ({ part, name, place }) => `${part}|${place}|RUNNING|None|node${place % 32}|${name}`,
        ),
      ].join('\n'),
    scontrol: () => 'MaxArraySize            = 1001\n',
    scancel: (args) => {
      const wanted = new Set(args);
      const isWanted = ({ part, place }: Omit<Element, 'ends'>): boolean =>
        wanted.has(String(part)) || wanted.has(`${part}_${place}`);
      const kept = this.waiting.filter((element) => !isWanted(element));
      this.waiting.splice(0, this.waiting.length, ...kept);
      this.working = this.working.filter((element) => !isWanted(element));
      return '';
    },
  };
}
