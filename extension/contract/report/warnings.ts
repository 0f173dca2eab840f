import * as v from 'valibot';
import { finite } from './numbers.js';
import { section } from './section.js';

export const warningSchema = v.object({
  /** Kebab-case, closed per subsystem: `duplicate-weights`, `not-finite`, `unsafe-pickle-call`, … */
  code: v.string(),
  /** One sentence for the user. */
  message: v.string(),
  path: v.optional(v.string()),
  tensor: v.optional(v.string()),
  step: v.optional(finite),
});
export type Warning = v.InferOutput<typeof warningSchema>;

export const warnings = section(warningSchema, (e) =>
  [e.code, e.path, e.tensor, e.step, e.message].join('|'),
);
