import { GeometryError } from '../../contract/errors.js';
import type { CudaSurvey, GpuCalls, PlacesToLook, ProbedProvider } from '../../contract/gpu.js';
import { withRemedy } from '../../contract/gpuList.js';
import type { ProviderName } from '../../contract/run.js';
import type { Reply } from '../../contract/calls.js';
import type { TrainerSurroundings } from '../../processes/processLauncher.js';
import type { Log } from '../events.js';

/** The user's answer on loading native code from a folder. */
export type FolderAnswer = 'allowed' | 'refused';

/** The result of a check of the machine. */
export interface CheckedGpu {
  readonly survey: CudaSurvey;
  readonly probed: readonly ProbedProvider[];
  /** For each folder with CUDA's files, whether it may be loaded from. */
  readonly isAllowed: boolean;
}

/** Dependencies of the search for CUDA. */
export interface CudaServices {
  /** Starts the search process for one question. */
  readonly withGpu: <T>(ask: (calls: GpuCalls) => Promise<T>) => Promise<T>;
  readonly isTrusted: () => boolean;
  readonly places: () => Promise<PlacesToLook>;
  /** Earlier answers, and where answers are stored. */
  readonly answers: {
    readonly get: () => Readonly<Record<string, FolderAnswer>>;
    readonly set: (answers: Readonly<Record<string, FolderAnswer>>) => Thenable<void>;
  };
  /** Asks whether files of a folder may be loaded; undefined if the user postpones the answer. */
  readonly ask: (folder: string) => Promise<FolderAnswer | undefined>;
  /** Folder of the links to the files. */
  readonly linkFolder: string;
  /** Reports that a folder was refused, or that the question is open. */
  readonly notAllowed: (folder: string) => string;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const nothing: TrainerSurroundings = { environment: {}, passedOver: [] };
const withoutCuda = (reason: string): TrainerSurroundings => ({
  environment: {},
  passedOver: [{ name: 'cuda', reason }],
});

/**
 * CUDA's files for the trainers of a window. They are searched before a run starts, and loaded from a user's
 * folder only in a trusted workspace and after a question that names the folder. The answer is remembered for
 * that folder.
 */
export class CudaFolders {
  constructor(private readonly services: CudaServices) {}

  /** Environment of a run's process. Never rejects: a run without CUDA is still a run. */
  async surroundings(provider: ProviderName): Promise<TrainerSurroundings> {
    if (provider === 'cpu' || provider === 'webgpu' || !this.services.isTrusted()) return nothing;
    try {
      return await this.find();
    } catch (thrown) {
      this.services.log.warn(`CUDA's files could not be looked for: ${String(thrown)}`);
      return nothing;
    }
  }

  /** The first folder of a survey that may not be used. The user is asked about folders without an answer. */
  private async refusing({ consents }: CudaSurvey): Promise<string | undefined> {
    const { named } = await this.services.places();
    for (const folder of consents) {
      // Naming it in a machine setting is the consent.
      if (named.includes(folder)) continue;
      if ((this.services.answers.get()[folder] ?? (await this.question(folder))) !== 'allowed') return folder;
    }
    return undefined;
  }

  /** The survey, and whether each provider works; CUDA only with files of allowed folders. */
  check(): Promise<CheckedGpu> {
    const { services } = this;
    return services.withGpu(async (calls) => {
      const survey = valueOf(await calls.survey(await services.places()));
      const isAllowed = await this.isAllowed(survey);
      const environment = isAllowed ? valueOf(await calls.link(survey, services.linkFolder)) : {};
      return { survey, isAllowed, probed: valueOf(await calls.probe(environment, survey)) };
    });
  }

  /** Whether only the earlier answers prevent the use of a survey's files. */
  private async isAllowed({ consents }: CudaSurvey): Promise<boolean> {
    const { named } = await this.services.places();
    const answers = this.services.answers.get();
    return consents.every((folder) => named.includes(folder) || answers[folder] === 'allowed');
  }

  /** Asks about a folder, whatever the earlier answer, and remembers the answer. */
  async question(folder: string): Promise<FolderAnswer | undefined> {
    const answer = await this.services.ask(folder);
    if (answer !== undefined)
      await this.services.answers.set({ ...this.services.answers.get(), [folder]: answer });
    return answer;
  }

  private find(): Promise<TrainerSurroundings> {
    const { services } = this;
    return services.withGpu(async (calls) => {
      const survey = valueOf(await calls.survey(await services.places()));
      const why = withRemedy(survey);
      if (why !== undefined) return withoutCuda(why);
      if (survey.links.length === 0) return nothing;
      const refused = await this.refusing(survey);
      if (refused !== undefined) return withoutCuda(services.notAllowed(refused));
      services.log.info(`CUDA's files are taken from ${survey.consents.join(', ')}.`);
      return { environment: valueOf(await calls.link(survey, services.linkFolder)), passedOver: [] };
    });
  }
}

const valueOf = <T>(reply: Reply<T>): T => {
  if (reply.ok) return reply.value;
  throw new GeometryError(reply.error.code, reply.error.message, { cause: reply.error.cause });
};
