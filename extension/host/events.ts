/** What ends when it is disposed of. As VS Code's own, without needing VS Code. */
export interface Disposable {
  dispose(): void;
}

/** Subscribes a listener, until what it returns is disposed of. As VS Code's own. */
export type Event<T> = (listener: (value: T) => unknown) => Disposable;

/** Tells listeners of values, in the order in which they came. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<{ readonly call: (value: T) => unknown }>();

  readonly event: Event<T> = (call) => {
    const listener = { call };
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const { call } of [...this.listeners]) call(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

/** Where a part of the host writes what happened. VS Code's output channels are one. */
export interface Log {
  readonly debug: (message: string) => void;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly error: (message: string, cause?: string) => void;
}
