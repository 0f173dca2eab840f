import { runConfigSchema } from '../../contract/run.js';

/** A key of a run's configuration, dotted, as `--set` takes it. */
export interface ConfigKey {
  readonly key: string;
  /** Absent where a value must be given, or where leaving it out means that there is none. */
  readonly default?: unknown;
}

/** As much of a schema of valibot as names and defaults are read from. */
interface Shape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly wrapped?: Shape;
  readonly default?: unknown;
}

const keysOf = (shape: Shape, prefix: string): ConfigKey[] =>
  Object.entries(shape.entries ?? {}).flatMap(([name, value]) => {
    const key = `${prefix}${name}`;
    const inner = value.wrapped ?? value;
    if (inner.entries !== undefined) return keysOf(inner, `${key}.`);
    return [value.default === undefined ? { key } : { key, default: value.default }];
  });

/** Every key of a configuration in the schema's order; those of the model are its descriptor's. */
export const configKeys: readonly ConfigKey[] = keysOf(runConfigSchema, '');
