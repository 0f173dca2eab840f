import type { LowRankProgress, OptimiserState } from '../run/trainerState.js';
import type { RowPlan, RowRequest, StepGraph } from './stepGraph.js';
import type { ChunkResult } from './trainingEngine.js';

/** A run's place among those that step together. */
export interface Member {
  /**
   * Steps from `fromStep`, as many as asked or fewer: as many as the member that asks for the fewest. Waits until every
   * member asks.
   */
  run(
    state: OptimiserState,
    fromStep: number,
    steps: number,
    lowRank?: LowRankProgress,
  ): Promise<ChunkResult>;
  /** The others go on without it. */
  leave(): Promise<void>;
}

interface Asked extends RowRequest {
  readonly steps: number;
  readonly resolve: (result: ChunkResult) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Runs of one shape that take their steps together, each as a row of one graph: a run alone has a graph of one row. The
 * runs know nothing of each other; when one ends or another joins, the graph is opened anew with as many rows.
 */
export class SharedSteps {
  /** Each with its name, by which rows are ordered: a row's place may change how it is rounded. */
  private readonly members = new Map<Member, string>();
  private readonly asked = new Map<Member, Asked>();
  private graph: { readonly replicas: number; readonly opened: Promise<StepGraph> } | undefined;
  private working = false;

  constructor(
    private readonly open: (replicas: number) => Promise<StepGraph>,
    /** Whether all have joined that are to step together. */
    private readonly isComplete: () => boolean = () => true,
  ) {}

  /** Runs that have joined. */
  get size(): number {
    return this.members.size;
  }

  /** Steps if nothing is waited for any more. */
  look(): void {
    void this.stepWhenAllAsk();
  }

  /**
   * Opens a graph for those who have joined, unless there is one: what does not work here is known before the first step.
   * @throws GeometryError as opening the graph does.
   */
  async prepare(): Promise<void> {
    await (this.graph?.opened ?? this.graphOf(this.members.size));
  }

  join(plan: RowPlan, name = ''): Member {
    const member: Member = {
      run: (state, fromStep, steps, lowRank = {}) =>
        new Promise((resolve, reject) => {
          this.asked.set(member, { plan, state, fromStep, steps, lowRank, resolve, reject });
          void this.stepWhenAllAsk();
        }),
      leave: async () => {
        this.members.delete(member);
        this.asked.delete(member);
        if (this.members.size === 0) await this.close();
        else void this.stepWhenAllAsk();
      },
    };
    this.members.set(member, name);
    return member;
  }

  private async stepWhenAllAsk(): Promise<void> {
    if (this.working || this.asked.size < this.members.size || !this.isComplete()) return;
    if (this.asked.size === 0) return;
    const nameOf = (member: Member): string => this.members.get(member)!;
    const rows = [...this.asked]
      .sort(([a], [b]) => (nameOf(a) < nameOf(b) ? -1 : 1))
      .map(([, asked]) => asked);
    this.asked.clear();
    this.working = true;
    try {
      const steps = Math.min(...rows.map((row) => row.steps));
      const results = await (await this.graphOf(rows.length)).run(rows, steps);
      rows.forEach((row, i) => row.resolve(results[i]!));
    } catch (thrown) {
      for (const row of rows) row.reject(thrown);
    } finally {
      this.working = false;
    }
    // Somebody may have left, and the rest asked, meanwhile.
    void this.stepWhenAllAsk();
  }

  /** The graph of so many rows; one of another number is closed first. Whoever asks meanwhile waits for the same one. */
  private graphOf(replicas: number): Promise<StepGraph> {
    if (this.graph?.replicas === replicas) return this.graph.opened;
    const closed = this.close();
    const graph = { replicas, opened: closed.then(() => this.open(replicas)) };
    this.graph = graph;
    graph.opened.catch(() => {
      if (this.graph === graph) this.graph = undefined;
    });
    return graph.opened;
  }

  private async close(): Promise<void> {
    const { graph } = this;
    this.graph = undefined;
    const opened = await graph?.opened.catch(() => undefined);
    await opened?.dispose();
  }
}
