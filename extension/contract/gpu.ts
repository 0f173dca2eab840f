import * as v from 'valibot';
import type { CallSchemas } from './boundary.js';
import type { Reply } from './calls.js';

/** The CUDA files found on a machine, what is missing, and how to get it. */
const text = v.pipe(v.string(), v.maxLength(10_000));

/** One file that CUDA needs. */
const findingSchema = v.object({
  /** Library name as the loader requests it: `libcublas.so.13`. */
  name: text,
  state: v.picklist(['found', 'missing', 'other', 'broken']),
  /** Whether training fails without it. */
  isNeeded: v.boolean(),
  path: v.exactOptional(text),
  version: v.exactOptional(text),
  /** Why the file is unusable, or when it is loaded. */
  note: v.exactOptional(text),
});
export type CudaFinding = v.InferOutput<typeof findingSchema>;

export const cudaProblems = [
  'platform',
  'no-provider',
  'other-version',
  'broken-file',
  'other-cuda',
  'missing-library',
  'no-driver',
  'old-driver',
] as const;
export type CudaProblem = (typeof cudaProblems)[number];

export const cudaSurveySchema = v.object({
  /** Version of the binding; the provider must match it. */
  onnxruntime: text,
  /** Major version of the CUDA that the provider was built for. */
  cudaMajor: v.exactOptional(v.number()),
  findings: v.array(findingSchema),
  /** The first problem; absent if nothing is missing. */
  problem: v.exactOptional(v.object({ kind: v.picklist(cudaProblems), sentence: text })),
  /**
   * Environments and folders from which native code would be loaded. The user must approve each.
   */
  consents: v.array(text),
  /** Files that the child's search path must contain, under the names that the loader uses. */
  links: v.array(v.object({ name: text, path: text })),
  /** Command that installs the missing files, for a terminal of that environment. */
  command: v.exactOptional(v.object({ environment: text, line: text })),
});
export type CudaSurvey = v.InferOutput<typeof cudaSurveySchema>;

/** Places to search in addition to the standard ones. */
export const placesToLookSchema = v.object({
  named: v.array(text),
  pythons: v.array(text),
  projects: v.array(text),
});
export type PlacesToLook = v.InferOutput<typeof placesToLookSchema>;

/** Whether a provider answers in a process of its own. */
const probedSchema = v.object({
  name: v.picklist(['cuda', 'webgpu', 'cpu']),
  works: v.boolean(),
  /** The device, if the provider works and names it; otherwise why it fails. */
  says: text,
});
export type ProbedProvider = v.InferOutput<typeof probedSchema>;

/** The process that looks for CUDA's files and tries the providers. One process per question. */
export interface GpuCalls {
  survey(places: PlacesToLook): Promise<Reply<CudaSurvey>>;
  /** Links the files of a survey into a folder and returns the child's environment. */
  link(survey: CudaSurvey, folder: string): Promise<Reply<Record<string, string>>>;
  /** Tries each provider, CUDA with the variables of {@link link} and the files of the survey. */
  probe(environment: Record<string, string>, survey: CudaSurvey): Promise<Reply<readonly ProbedProvider[]>>;
}

const variables = v.record(v.string(), v.string());

export const gpuSchemas: CallSchemas<GpuCalls> = {
  survey: { args: v.tuple([placesToLookSchema]), value: cudaSurveySchema },
  link: { args: v.tuple([cudaSurveySchema, v.string()]), value: variables },
  probe: { args: v.tuple([variables, cudaSurveySchema]), value: v.array(probedSchema) },
};
