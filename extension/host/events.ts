/** Ends when disposed of. Like VS Code's own type, without VS Code. */
export interface Disposable {
  dispose(): void;
}

/** Subscribes a listener until the returned value is disposed of. Like VS Code's own type. */
export type Event<T> = (listener: (value: T) => unknown) => Disposable;

/** Passes values to listeners in order of arrival. */
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

/** The log of a part of the host. VS Code's output channels implement it. */
export interface Log {
  readonly debug: (message: string) => void;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly error: (message: string, cause?: string) => void;
}
