import { GeometryError } from '../../contract/errors.js';
import type { CudaSurvey, GpuCalls, PlacesToLook, ProbedProvider } from '../../contract/gpu.js';
import { withRemedy } from '../../contract/gpuList.js';
import type { ProviderName } from '../../contract/run.js';
import type { Reply } from '../../contract/calls.js';
import type { TrainerSurroundings } from '../../processes/processLauncher.js';
import type { Log } from '../events.js';

/** What the user has said of loading native code from a folder. */
export type FolderAnswer = 'allowed' | 'refused';

/** What a check of the machine has found. */
export interface CheckedGpu {
  readonly survey: CudaSurvey;
  readonly probed: readonly ProbedProvider[];
  /** Whether each folder that holds CUDA's files may be loaded from. */
  readonly isAllowed: boolean;
}

/** What the search for CUDA needs of its surroundings. */
export interface CudaServices {
  /** Starts the process that looks, for one question. */
  readonly withGpu: <T>(ask: (calls: GpuCalls) => Promise<T>) => Promise<T>;
  readonly isTrusted: () => boolean;
  readonly places: () => Promise<PlacesToLook>;
  /** What was answered before, and where answers are kept. */
  readonly answers: {
    readonly get: () => Readonly<Record<string, FolderAnswer>>;
    readonly set: (answers: Readonly<Record<string, FolderAnswer>>) => Thenable<void>;
  };
  /** Asks whether files of a folder may be loaded; undefined where the user puts the question off. */
  readonly ask: (folder: string) => Promise<FolderAnswer | undefined>;
  /** Where the links to the files go. */
  readonly linkFolder: string;
  /** Says that a folder was refused, or not answered for. */
  readonly notAllowed: (folder: string) => string;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const nothing: TrainerSurroundings = { environment: {}, passedOver: [] };
const withoutCuda = (reason: string): TrainerSurroundings => ({
  environment: {},
  passedOver: [{ name: 'cuda', reason }],
});

/**
 * CUDA's files for the trainers of a window: looked for before a run starts, loaded from a folder of the user's only in a
 * trusted workspace and after a question that names the folder. The answer is remembered for that folder.
 */
export class CudaFolders {
  constructor(private readonly services: CudaServices) {}

  /** What a run's process is given. Never rejects: a run without CUDA is a run. */
  async surroundings(provider: ProviderName): Promise<TrainerSurroundings> {
    if (provider === 'cpu' || provider === 'webgpu' || !this.services.isTrusted()) return nothing;
    try {
      return await this.find();
    } catch (thrown) {
      this.services.log.warn(`CUDA's files could not be looked for: ${String(thrown)}`);
      return nothing;
    }
  }

  /** The first folder of a survey that may not be used; the user is asked for those that nothing was said of. */
  private async refusing({ consents }: CudaSurvey): Promise<string | undefined> {
    const { named } = await this.services.places();
    for (const folder of consents) {
      // Naming it in a setting of the machine is the consent.
      if (named.includes(folder)) continue;
      if ((this.services.answers.get()[folder] ?? (await this.question(folder))) !== 'allowed') return folder;
    }
    return undefined;
  }

  /** What was found, and whether each provider works, CUDA with files of folders that were allowed before. */
  check(): Promise<CheckedGpu> {
    const { services } = this;
    return services.withGpu(async (calls) => {
      const survey = valueOf(await calls.survey(await services.places()));
      const isAllowed = await this.isAllowed(survey);
      const environment = isAllowed ? valueOf(await calls.link(survey, services.linkFolder)) : {};
      return { survey, isAllowed, probed: valueOf(await calls.probe(environment, survey)) };
    });
  }

  /** Whether nothing stands in the way of a survey's files but the answers that were given before. */
  private async isAllowed({ consents }: CudaSurvey): Promise<boolean> {
    const { named } = await this.services.places();
    const answers = this.services.answers.get();
    return consents.every((folder) => named.includes(folder) || answers[folder] === 'allowed');
  }

  /** Asks for a folder, whatever was said before, and remembers the answer. */
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
