import type { InspectSettings, ReportAddition, TensorEntry } from '../../../contract/report.js';
import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import { withoutStart } from '../../geometry/decayNull.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import type { ChosenGroup } from '../../series/chooseTensors.js';
import { JointSums } from './jointSums.js';
import { EqualTensors } from './equalTensors.js';
import { equalWeights } from './equalWeights.js';
import type { Survey } from '../../series/survey.js';
import { tensorEntry } from '../../series/tensorEntries.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import { trajectoriesOf, type UncentredPaths } from './trajectories.js';
import { GroupGrams, keepGrams } from './groupGrams.js';
import type { GramPiece, PassEvents } from './trajectoryPass.js';

/** Sums are told of together, as a model may have a million tensors: so many, or after so long (ms). */
const entriesTogether = 256;
const toldEvery = 250;

/** Makes report entries of what one pass over a series finds. */
export class PassCollector implements PassEvents {
  private readonly all: Matrix;
  private readonly group: Matrix;
  private parameters = 0;
  private groupParameters = 0;
  private readonly equal: EqualTensors;
  private summed: TensorEntry[] = [];
  private toldAt = performance.now();
  /** For the analyses of updates and of the path, which read nothing again. */
  private readonly grams: GroupGrams;
  private readonly joint = new JointSums();

  constructor(
    private readonly survey: Survey,
    private readonly settings: InspectSettings,
    private readonly chosen: ChosenGroup | undefined,
    private readonly emit: (addition: ReportAddition) => void,
    private readonly training?: TrainingRecord,
  ) {
    const checkpoints = survey.checkpoints.length;
    this.all = zeros(checkpoints + 1, checkpoints + 1);
    this.group = zeros(checkpoints + 1, checkpoints + 1);
    this.equal = new EqualTensors(survey);
    this.grams = new GroupGrams(chosen);
  }

  readonly onSums = (tensor: TensorInfo, sums: { sum: number; sumOfSquares: number } | undefined): void => {
    if (sums) this.summed.push({ ...tensorEntry(this.survey, tensor), ...sums });
    const isLate = performance.now() - this.toldAt > toldEvery;
    if (isLate || this.summed.length >= entriesTogether) this.emitSums();
  };

  private emitSums(): void {
    if (this.summed.length > 0) this.emit({ tensors: this.summed });
    this.summed = [];
    this.toldAt = performance.now();
  }

  readonly onNotFinite = (tensor: TensorInfo, index: number): void => {
    const { label, step } = this.survey.checkpoints[index]!;
    this.emit({
      warnings: [
        {
          code: 'not-finite',
          message: `${tensor.name} holds NaN, infinity or values too large to square at ${label}: it has no spectrum there, and ${label} is left out of trajectories with it.`,
          tensor: tensor.name,
          step,
        },
      ],
    });
  };

  readonly onGram = async (piece: GramPiece): Promise<void> => {
    const { tensor, matrix, gram, parameters, disjoint } = piece;
    // The start of what does not decay has no part in what decay takes.
    if (this.training?.decayed === 'matrices' && matrix === undefined) clearLast(gram);
    this.grams.add(piece);
    this.joint.add(piece);
    if (disjoint) {
      add(this.all, gram);
      this.parameters += parameters;
      if (this.chosen?.tensors.has(tensor.name) === true) {
        add(this.group, gram);
        this.groupParameters += parameters;
      }
    }
    const isWhole = matrix?.part === undefined;
    if (isWhole && this.survey.checkpoints.length > 1)
      await this.equal.add(tensor.name, tensor.elements, withoutStart(gram).gram);
    const isWanted = this.chosen === undefined || this.chosen.tensors.has(tensor.name);
    if (matrix !== undefined && isWanted) await this.emitGroup(matrix.group, parameters, gram);
  };

  /** The trajectory of everything; its uncentred PCAs, where there are any. */
  async finish(): Promise<UncentredPaths | undefined> {
    this.emitSums();
    if (this.survey.checkpoints.length < 2 || this.parameters === 0) return undefined;
    const uncentred = await this.emitGroup('all', this.parameters, this.all);
    for (const { group, parameters, extended } of this.joint.all()) {
      await this.emitGroup(group, parameters, extended);
    }
    if (this.chosen && this.groupParameters > 0) {
      await this.emitGroup(this.chosen.glob, this.groupParameters, this.group);
    }
    keepGrams(this.survey, this.grams);
    const { gram } = withoutStart(this.all);
    const n = gram.rows;
    const equal = await equalWeights(this.survey, gram);
    this.emit({
      checkpoints: this.survey.checkpoints.map((checkpoint, t) => {
        const squared = gram.data[t * n + t]!;
        const original = equal.get(t);
        return {
          ...checkpoint,
          ...(Number.isFinite(squared) ? { distanceFromFirst: Math.sqrt(squared) } : {}),
          ...(original === undefined ? {} : { duplicateOf: this.survey.checkpoints[original]!.label }),
        };
      }),
      warnings: [
        ...[...equal].map(([t, original]) => {
          const { label, step } = this.survey.checkpoints[t]!;
          return {
            code: 'duplicate-weights',
            message: `${label} has the same weights as ${this.survey.checkpoints[original]!.label}.`,
            step,
          };
        }),
        ...this.equal.warnings(equal),
      ],
    });
    return uncentred;
  }

  private async emitGroup(
    group: string,
    parameters: number,
    extended: Matrix,
  ): Promise<UncentredPaths | undefined> {
    const steps = this.survey.checkpoints.map(({ step }) => step);
    const { training, settings } = this;
    const found = await trajectoriesOf(
      { group, parameters, steps, ...withoutStart(extended), ...(training ? { training } : {}) },
      settings,
    );
    this.emit({ trajectories: [...found.entries] });
    return found.uncentred;
  }
}

const clearLast = ({ rows: n, data }: Matrix): void => {
  for (let t = 0; t < n; t++) data[t * n + n - 1] = data[(n - 1) * n + t] = 0;
};

const add = (target: Matrix, summand: Matrix): void => {
  for (let i = 0; i < target.data.length; i++) target.data[i]! += summand.data[i]!;
};
