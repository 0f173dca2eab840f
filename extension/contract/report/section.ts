import type * as v from 'valibot';

/**
 * A list of the report: the schema of its entries and the key by which a later entry replaces an earlier one.
 * Each file of this folder declares the lists of one subject; `sections.ts` collects them.
 */
export interface Section<S extends v.GenericSchema = v.GenericSchema> {
  readonly schema: S;
  readonly key: (entry: v.InferOutput<S>) => string;
}

export const section = <const S extends v.GenericSchema>(
  schema: S,
  key: (entry: v.InferOutput<S>) => string,
): Section<S> => ({ schema, key });
