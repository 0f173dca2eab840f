import * as v from 'valibot';

/** The subset of JSON Schema that the schema of run files uses. */
export interface KeySchema {
  readonly description?: string | undefined;
  readonly type?: string | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly properties?: Readonly<Record<string, KeySchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: unknown;
  readonly oneOf?: readonly KeySchema[] | undefined;
  readonly anyOf?: readonly KeySchema[] | undefined;
}

const optional = v.exactOptional;
export const keySchemaSchema: v.GenericSchema<KeySchema> = v.object({
  description: optional(v.string()),
  type: optional(v.string()),
  const: optional(v.unknown()),
  enum: optional(v.array(v.unknown())),
  default: optional(v.unknown()),
  minimum: optional(v.number()),
  maximum: optional(v.number()),
  exclusiveMinimum: optional(v.number()),
  exclusiveMaximum: optional(v.number()),
  properties: optional(
    v.record(
      v.string(),
      v.lazy(() => keySchemaSchema),
    ),
  ),
  required: optional(v.array(v.string())),
  items: optional(v.unknown()),
  oneOf: optional(v.array(v.lazy(() => keySchemaSchema))),
  anyOf: optional(v.array(v.lazy(() => keySchemaSchema))),
});

/** One key of a run's configuration, with its value's constraints. */
export interface RunKey {
  /** Dotted, as in assignments: `data.split.seed`. */
  readonly key: string;
  /** The containing object; empty for top-level keys. */
  readonly group: string;
  readonly schema: KeySchema;
  /** Absent if the configuration leaves the key out. */
  readonly value?: unknown;
  /** `null` removes the key. */
  readonly isOptional: boolean;
  /** A section that is switched on and off as a whole. Its keys are listed while it is on. */
  readonly isSection: boolean;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The form whose constants the value has. */
const formOf = (schema: KeySchema, value: unknown): KeySchema => {
  if (!schema.oneOf) return schema;
  const fits = ({ properties = {} }: KeySchema): boolean =>
    isObject(value) &&
    Object.entries(properties).every(
      ([key, inner]) => inner.const === undefined || inner.const === value[key],
    );
  return schema.oneOf.find(fits) ?? schema;
};

/** Every key of a configuration in the schema's order, with its value: the wizard's list. */
export const runKeys = (schema: KeySchema, config: unknown, group = ''): RunKey[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, described]) => {
    const value = isObject(config) ? config[name] : undefined;
    const form = formOf(described, value);
    const key = group === '' ? name : `${group}.${name}`;
    const isRequired = (schema.required ?? []).includes(name);
    const own: RunKey = {
      ...{ key, group, schema: form },
      ...(value === undefined ? {} : { value }),
      isOptional: !isRequired && described.default === undefined,
      isSection: form.properties !== undefined,
    };
    if (!own.isSection) return [own];
    const inner = value === undefined ? [] : runKeys(form, value, key);
    return isRequired ? inner : [own, ...inner];
  });

/** A value in assignment notation: text as it is, everything else as JSON. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' && !/[\s"[\]{}]/.test(value)
    ? value
    : value === undefined
      ? ''
      : JSON.stringify(value);

/** The constraint of a key in short form: `integer ≥ 1`, `number in (0, 1]`, `float32 | float64`. */
export const rangeText = (schema: KeySchema): string => {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, anyOf } = schema;
  if (anyOf) return anyOf.map(rangeText).join(' | ');
  if (schema.const !== undefined) return valueText(schema.const);
  if (schema.enum) return schema.enum.map(valueText).join(' | ');
  if (type === 'array') {
    const { items } = schema;
    if (Array.isArray(items)) return `[${items.map((item: KeySchema) => rangeText(item)).join(', ')}]`;
    const one = isObject(items) ? rangeText(items) : '';
    return one === '' ? '[…]' : `[${one}, …]`;
  }
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  const name = type ?? '';
  if (low !== undefined && high !== undefined) {
    const [open, close] = [minimum === undefined ? '(' : '[', maximum === undefined ? ')' : ']'];
    return `${name} ∈ ${open}${low}, ${high}${close}`;
  }
  if (low !== undefined) return `${name} ${minimum === undefined ? '>' : '≥'} ${low}`;
  return high === undefined ? name : `${name} ${maximum === undefined ? '<' : '≤'} ${high}`;
};

/** The possible values if there are few; undefined if the value is typed. */
export const choicesOf = ({ type, enum: values }: KeySchema): readonly unknown[] | undefined =>
  type === 'boolean' ? [true, false] : values;

/** The assignments with a new value for one key. Removing a section removes the assignments of its keys. */
export const withAssignment = (assignments: readonly string[], key: string, value?: string): string[] => {
  const others = assignments.filter(
    (one) =>
      !one.startsWith(`${key}=`) &&
      !(value === undefined || value === 'null' ? one.startsWith(`${key}.`) : false),
  );
  return value === undefined ? others : [...others, `${key}=${value}`];
};
