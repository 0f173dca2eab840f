import { bandSpectrum } from './bandSpectrum.js';
import { batchValues } from './batchValues.js';
import { leadingVectors } from './leadingVectors.js';
import { differenceProducts } from './differenceProducts.js';
import { quadrature } from './quadrature.js';
import { storedProducts } from './storedProducts.js';

/** What a thread of the linear algebra computes: a job in, an answer and the buffers that go with it out. */
export const jobs = {
  bandSpectrum,
  batchValues,
  differenceProducts,
  leadingVectors,
  quadrature,
  storedProducts,
} as const;

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
export type JobOf<Name extends JobName> = Parameters<Jobs[Name]>[0];
export type AnswerOf<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>['answer'];
