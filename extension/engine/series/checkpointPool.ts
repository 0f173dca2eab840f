import type { Checkpoint } from '../checkpoints/tensors/checkpoint.js';

/** Tensors whose descriptions are held at a time: some 100 MB. */
const mostTensors = 400_000;

/** Opens checkpoints as they are asked for, and closes the one used longest ago when too many tensors are held. */
export class CheckpointPool {
  /** In the order of last use. */
  private readonly opened = new Map<number, Checkpoint>();
  private tensors = 0;

  /** `openers[t]` opens checkpoint t. */
  constructor(private readonly openers: readonly (() => Promise<Checkpoint>)[]) {}

  /** The checkpoint, open until {@link mostTensors} of later ones have been asked for. */
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

  async close(): Promise<void> {
    const held = [...this.opened.values()];
    this.opened.clear();
    await Promise.all(held.map((checkpoint) => checkpoint.close()));
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
