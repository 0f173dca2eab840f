import type { LowRankProgress, OptimiserState } from '../run/trainerState.js';
import type { RowPlan, RowRequest, StepGraph } from './stepGraph.js';
import type { ChunkResult } from './trainingEngine.js';

/** A run's membership in a group that steps together. */
export interface Member {
  /** Steps from `fromStep`: the minimum of what the members ask for. Waits until every member asks. */
  run(
    state: OptimiserState,
    fromStep: number,
    steps: number,
    lowRank?: LowRankProgress,
  ): Promise<ChunkResult>;
  /** The others continue without it. */
  leave(): Promise<void>;
}

interface Asked extends RowRequest {
  readonly steps: number;
  readonly resolve: (result: ChunkResult) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Runs of one shape that step together, each as a row of one graph; a single run has a graph of one row. The
 * runs are independent of each other. When one ends or joins, the graph is reopened with the new number of
 * rows.
 */
export class SharedSteps {
  /** Each with its name, which determines the order of rows: a row's index may affect its rounding. */
  private readonly members = new Map<Member, string>();
  private readonly asked = new Map<Member, Asked>();
  private graph: { readonly replicas: number; readonly opened: Promise<StepGraph> } | undefined;
  private working = false;

  constructor(
    private readonly open: (replicas: number) => Promise<StepGraph>,
    /** Whether all expected runs have joined. */
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
   * Opens a graph for the joined runs, unless there is one, so that failures appear before the first step.
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
    // A member may have left meanwhile, and the rest may have asked.
    void this.stepWhenAllAsk();
  }

  /**
   * The graph with this number of rows; one with another number is closed first. Concurrent callers share it.
   */
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
