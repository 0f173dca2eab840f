import * as v from 'valibot';
import type { CallSchemas } from './boundary.js';
import type { Reply } from './calls.js';

/** What was found of CUDA on a machine, what is missing, and what would bring it. */
const text = v.pipe(v.string(), v.maxLength(10_000));

/** One file that CUDA needs. */
const findingSchema = v.object({
  /** Of a library, as the loader asks for it: `libcublas.so.13`. */
  name: text,
  state: v.picklist(['found', 'missing', 'other', 'broken']),
  /** Whether training fails without it. */
  isNeeded: v.boolean(),
  path: v.exactOptional(text),
  version: v.exactOptional(text),
  /** Why it will not do, or when it is opened. */
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
  /** Of the binding, which the provider must have too. */
  onnxruntime: text,
  /** The first number of the CUDA that the provider was built for. */
  cudaMajor: v.exactOptional(v.number()),
  findings: v.array(findingSchema),
  /** What stands in the way first; absent where all is there. */
  problem: v.exactOptional(v.object({ kind: v.picklist(cudaProblems), sentence: text })),
  /** Environments and folders from which native code would be loaded: the user is asked for each. */
  consents: v.array(text),
  /** Files that the search path of a child has to name, by the name under which they are looked for. */
  links: v.array(v.object({ name: text, path: text })),
  /** What brings the missing files, for a terminal of that environment. */
  command: v.exactOptional(v.object({ environment: text, line: text })),
});
export type CudaSurvey = v.InferOutput<typeof cudaSurveySchema>;

/** Where to look besides the machine's own places. */
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
  /** The device where it works and tells it, else why it does not. */
  says: text,
});
export type ProbedProvider = v.InferOutput<typeof probedSchema>;

/** The process that looks for CUDA's files and tries the providers; one for each question. */
export interface GpuCalls {
  survey(places: PlacesToLook): Promise<Reply<CudaSurvey>>;
  /** Links the files of a survey into a folder; the environment with which a child finds them. */
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
