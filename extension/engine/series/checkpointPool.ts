import type { Checkpoint } from '../checkpoints/tensors/checkpoint.js';
import { closeAll } from '../checkpoints/tensors/storedTensors.js';

/** Maximum number of tensor descriptions in memory: about 100 MB. */
const mostTensors = 400_000;

/**
 * Opens checkpoints on demand, and closes the least recently used one when too many tensor descriptions are
 * held.
 */
export class CheckpointPool {
  /** Least recently used first. */
  private readonly opened = new Map<number, Checkpoint>();
  private tensors = 0;

  /** `openers[t]` opens checkpoint t. */
  constructor(private readonly openers: readonly (() => Promise<Checkpoint>)[]) {}

  /** The checkpoint, open until {@link mostTensors} tensors of later ones have been requested. */
  async get(index: number): Promise<Checkpoint> {
    const held = this.opened.get(index);
    if (held !== undefined) {
      this.opened.delete(index);
      this.opened.set(index, held);
      return held;
    }
    const checkpoint = await this.openers[index]!();
    await this.hold(index, checkpoint);
    return checkpoint;
  }

  /** Takes over a checkpoint that is open already. */
  async hold(index: number, checkpoint: Checkpoint): Promise<void> {
    this.opened.set(index, checkpoint);
    this.tensors += checkpoint.tensors.length;
    await this.closeOldest(index);
  }

  /** Closes every one, then throws the first failure. */
  async close(): Promise<void> {
    const held = [...this.opened.values()];
    this.opened.clear();
    await closeAll(held);
  }

  private async closeOldest(kept: number): Promise<void> {
    for (const [index, checkpoint] of this.opened) {
      if (this.tensors <= mostTensors || index === kept) return;
      this.opened.delete(index);
      this.tensors -= checkpoint.tensors.length;
      await checkpoint.close();
    }
  }
}
