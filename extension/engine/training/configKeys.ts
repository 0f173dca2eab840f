import { runConfigSchema } from '../../contract/run.js';

/** A key of a run's configuration, dotted, as in `--set`. */
export interface ConfigKey {
  readonly key: string;
  /** Absent if a value is required, or if leaving the key out means none. */
  readonly default?: unknown;
}

/** The part of a valibot schema that names and defaults are read from. */
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
