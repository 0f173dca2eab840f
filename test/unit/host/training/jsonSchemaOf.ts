import type * as v from 'valibot';

/** What of a valibot schema JSON Schema can say. */
interface Described {
  readonly type: string;
  readonly pipe?: readonly Described[];
  readonly entries?: Readonly<Record<string, Described>>;
  readonly options?: readonly (Described | string | number)[];
  readonly literal?: unknown;
  readonly wrapped?: Described;
  readonly default?: unknown;
  readonly item?: Described;
  readonly items?: readonly Described[];
  readonly requirement?: unknown;
}
type JsonSchema = Record<string, unknown>;

const limits: Readonly<Record<string, (requirement: unknown) => JsonSchema>> = {
  integer: () => ({ type: 'integer' }),
  min_value: (minimum) => ({ minimum }),
  max_value: (maximum) => ({ maximum }),
  gt_value: (exclusiveMinimum) => ({ exclusiveMinimum }),
  lt_value: (exclusiveMaximum) => ({ exclusiveMaximum }),
  min_length: () => ({}),
  max_length: () => ({}),
  // JSON has no other numbers; a check of two keys against each other is beyond JSON Schema.
  finite: () => ({}),
  check: () => ({}),
};

const lengths = (schema: Described, base: JsonSchema): JsonSchema => {
  const [least, most] = schema.type === 'array' ? ['minItems', 'maxItems'] : ['minLength', 'maxLength'];
  for (const { type, requirement } of schema.pipe ?? []) {
    if (type === 'min_length') base[least] = requirement;
    if (type === 'max_length') base[most] = requirement;
  }
  return base;
};

const plain: Readonly<Record<string, (schema: Described) => JsonSchema>> = {
  string: () => ({ type: 'string' }),
  number: () => ({ type: 'number' }),
  boolean: () => ({ type: 'boolean' }),
  literal: ({ literal }) => ({ const: literal }),
  picklist: ({ options }) => ({ enum: options }),
  array: ({ item }) => ({ type: 'array', items: of(item!) }),
  tuple: ({ items }) => ({
    type: 'array',
    items: items!.map(of),
    minItems: items!.length,
    maxItems: items!.length,
  }),
  union: ({ options }) => ({ anyOf: (options as Described[]).map(of) }),
  variant: ({ options }) => ({ oneOf: (options as Described[]).map(of) }),
  optional: ({ wrapped, default: value }) => ({
    ...of(wrapped!),
    ...(value === undefined ? {} : { default: value }),
  }),
  object: ({ entries }) => {
    const required = Object.entries(entries!).flatMap(([key, { type }]) =>
      type === 'optional' ? [] : [key],
    );
    return {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(entries!).map(([key, entry]) => [key, of(entry)])),
      ...(required.length > 0 ? { required } : {}),
    };
  },
};

function of(schema: Described): JsonSchema {
  const make = plain[schema.type];
  if (!make) throw new Error(`JSON Schema for ${schema.type} is not known here.`);
  const base = lengths(schema, make(schema));
  for (const { type, requirement } of schema.pipe?.slice(1) ?? []) {
    const limit = limits[type];
    if (!limit) throw new Error(`JSON Schema for ${type} is not known here.`);
    Object.assign(base, limit(requirement));
  }
  return base;
}

/** The JSON Schema (draft 7) of what a valibot schema takes. */
export const jsonSchemaOf = (schema: v.GenericSchema): JsonSchema => of(schema);
