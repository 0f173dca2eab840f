/** A resource that is created on first use and ended some time after its last user has left. */
export class Leased<T extends { kill(): void }> {
  private current: T | undefined;
  private users = 0;
  private ending: NodeJS.Timeout | undefined;

  constructor(
    private readonly make: () => T,
    private readonly lingerMs: number,
  ) {}

  /** One more user. Each `retain` needs one `release`. */
  retain(): void {
    this.users++;
    clearTimeout(this.ending);
  }

  /** The resource, created if there is none. */
  get(): T {
    return (this.current ??= this.make());
  }

  release(): void {
    this.users--;
    if (this.users > 0) return;
    clearTimeout(this.ending);
    this.ending = setTimeout(() => this.end(), this.lingerMs);
  }

  /** Drops a resource that ended by itself, so that the next user gets a new one. */
  forget(ended: T): void {
    if (this.current === ended) this.current = undefined;
  }

  get running(): T | undefined {
    return this.current;
  }

  end(): void {
    clearTimeout(this.ending);
    const { current } = this;
    this.current = undefined;
    current?.kill();
  }
}
