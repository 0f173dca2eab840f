import type { Checkpoint } from '../checkpoints/tensors/checkpoint.js';

/** Open files at one time, shards counted: well under the usual limit of 1024 for a process. */
const mostOpenFiles = 256;

/** Opens checkpoints as they are asked for and closes the one used longest ago when too many files are open. */
export class CheckpointPool {
  /** In the order of last use. */
  private readonly opened = new Map<number, Checkpoint>();
  private openFiles = 0;

  /** `openers[t]` opens checkpoint t. */
  constructor(private readonly openers: readonly (() => Promise<Checkpoint>)[]) {}

  /** The checkpoint, open until {@link mostOpenFiles} later ones have been asked for. */
  async get(index: number): Promise<Checkpoint> {
    const held = this.opened.get(index);
    if (held !== undefined) {
      this.opened.delete(index);
      this.opened.set(index, held);
      return held;
    }
    const checkpoint = await this.openers[index]!();
    this.opened.set(index, checkpoint);
    this.openFiles += checkpoint.files.length;
    await this.closeOldest(index);
    return checkpoint;
  }

  async close(): Promise<void> {
    const held = [...this.opened.values()];
    this.opened.clear();
    await Promise.all(held.map((checkpoint) => checkpoint.close()));
  }

  private async closeOldest(kept: number): Promise<void> {
    for (const [index, checkpoint] of this.opened) {
      if (this.openFiles <= mostOpenFiles || index === kept) return;
      this.opened.delete(index);
      this.openFiles -= checkpoint.files.length;
      await checkpoint.close();
    }
  }
}
