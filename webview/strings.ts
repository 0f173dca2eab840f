import { setNumberLocale } from './describe/numbers.js';
import { absenceStrings } from './strings/absence.js';
import { countStrings } from './strings/counts.js';
import { sweepStrings } from './strings/sweep.js';
import { trainingStrings } from './strings/training.js';

/**
 * Every sentence of the page, in English. Places in braces are filled by name. A translation bundle, as the host has it,
 * gives other text under the English one. A key with `.one` and `.other` is chosen by the number `n`.
 */
export const english = {
  ...absenceStrings,
  ...countStrings,
  ...sweepStrings,
  ...trainingStrings,
  'page.overview': 'Overview',
  'page.spectra': 'Rank spectra',
  'page.trajectory': 'Trajectory',
  'page.reconstruction': 'Reconstruction',
  'page.training': 'Training',
  'page.sweep': 'Sweep',
  pages: 'Pages',
  waiting: 'Reading the checkpoints…',
  'nothing.toShow': 'Nothing to show: the inspection ended before its first result.',

  'header.steps': 'steps {first} to {last}',
  'header.step': 'step {first}',
  'header.tensors': 'only tensors “{glob}”',
  'header.model': '{kind} d {d}, {layers}, {heads}, {readout} token',
  'header.readoutMean': '{kind} d {d}, {layers}, {heads}, mean of tokens',
  'header.task': '{tasks} mod {prime}',
  'header.noModel': 'no model description',
  'header.evaluation': 'accuracies of {model} on {data}',
  'header.proposal': 'looks like: {proposal}',
  'header.change': 'change',
  'header.confirm': 'confirm',
  'theme.dark': 'Dark',
  'theme.light': 'Light',
  'theme.choose': 'Colours',
  cancel: 'Cancel',
  cancelled: 'Cancelled. What is shown was computed before.',
  retry: 'Inspect again',
  showLog: 'Show log',

  'card.table': 'table',
  'card.chart': 'chart',
  'scale.log': 'log',
  'scale.linear': 'linear',
  'scale.of': 'Scale of {axis}',
  'card.export': 'Export {title} as {format}',
  'card.asTable': 'Show {title} as a table',
  'card.asChart': 'Show {title} as a chart',
  'card.legend': 'Legend: press to hide or show',
  'card.saved': '{name} saved.',
  'card.notSaved': '{name} could not be written: {reason}',
  'card.noWebGl':
    'This window has no WebGL, which the 3-D view needs; the table and the 2-D view show the same points.',

  step: 'step',
  weights: 'weights',
  change: 'change from the first checkpoint',
  changeShort: 'change',
  of: 'Show',
  stableRank: 'stable rank',
  effectiveRank: 'effective rank',
  statistic: 'Statistic',
  matrix: 'Matrix',
  group: 'Group',
  singularValue: 'singular value σᵢ',
  indexOf: 'index i',
  grokStep: 'groks, step {step}',

  'files.step': 'step',
  'files.file': 'file',
  'files.size': 'size',
  'files.format': 'format',
  'files.distance': 'distance ‖θₜ − θ₀‖₂',
  'files.note': 'note',
  'files.duplicate': 'same weights as {label}',
  'files.position': 'step unknown: position in the series',
  'files.open': 'Open {name}',
  'files.notOpened': '{name} could not be opened: {reason}',

  'matrices.title': 'Matrices at step {step}',
  'matrices.shape': 'shape',
  'matrices.spectrum': 'spectrum σᵢ',
  'matrices.stableRank': 'stable rank ‖W‖²_F ⁄ ‖W‖²₂',
  'matrices.effectiveRank': 'effective rank exp H(σ ⁄ Σσ)',
  'matrices.overSteps': 'over steps',
  'matrices.spectralNorm': 'σ₁ = ‖W‖₂',
  'matrices.filter': 'Filter by name',
  'matrices.none': 'No matrix has this in its name.',
  'matrices.show': 'Show the spectrum of {matrix}',
  'matrices.folded': 'first axis × the rest',

  'heat.title': '{statistic} of the {of}, matrix × step',
  'heat.says':
    'The {statistic} of the {of} falls in {falling} of {all} from step {first} to {last}, most in {most}: {from} to {to}.',
  'heat.saysGrows':
    'The {statistic} of the {of} grows in {growing} of {all} from step {first} to {last}, most in {most}: {from} to {to}.',
  'heat.null': ' With shuffled entries ({draws}) {most} would have {null} at step {last}.',
  'heat.one': 'Only one checkpoint has these numbers so far: {low} to {high} over {all}.',

  'overview.spectra': 'Spectra of the weights at step {step}',
  'overview.spectraSays':
    '{low} has the lowest stable rank of these ({lowRank}) and {high} the highest ({highRank}); shuffled entries of {low} would give {nullRank} ({draws}).',
  'overview.spectrumSays':
    '{low} has the stable rank {lowRank}; its entries shuffled would give {nullRank} ({draws}).',
  'overview.spectrumSaysNoNull':
    '{low} has the stable rank {lowRank}; independent entries of its variance would stay below σ = {edge}.',
  'overview.spectraSaysNoNull':
    '{low} has the lowest stable rank of these ({lowRank}) and {high} the highest ({highRank}); independent entries of the variance of {low} would stay below σ = {edge}.',
  shuffled: 'shuffled entries of {matrix}',
  'shuffled.short': 'shuffled entries',
  'shuffled.band': 'shuffled, 5–95%',
  edge: 'Marchenko–Pastur edge',

  'spectra.title': 'Singular values of {matrix}, {of}',
  'spectra.atStep': 'step {step}',
  'spectra.overlay': 'Steps shown',
  'overlay.one': 'this step',
  'overlay.ends': 'first and last too',
  'overlay.some': 'six evenly spaced too',
  'overlay.all': 'every step',
  'spectra.step': 'Step',
  'spectra.says':
    'At step {step} the matrix has {above} of {values} above the Marchenko–Pastur edge {edge} (independent entries of the same variance); σ₁ is {ratio} times that edge.',
  'spectra.saysShuffled':
    ' Shuffling the entries ({draws}) gives σ₁ = {null} and stable rank {nullRank} in place of {sigma} and {rank}.',
  'spectra.zero.weights': 'At step {step} the matrix is zero: there is no spectrum to compare with a null.',
  'spectra.zero.change': 'At step {step} the change is zero: there is no spectrum to compare with a null.',
  'spectra.noNull':
    'At step {step}: stable rank {rank}, σ₁ {sigma}; no null has been computed for this entry.',
  'statistics.title': 'Statistics',
  'statistics.name': 'statistic',
  'statistics.formula': 'formula',
  'statistics.value': 'value',
  'statistics.interval': 'interval {low} to {high}',
  'statistics.null': 'shuffled null',
  'statistics.isNull': 'itself a null',
  'statistics.noNull': 'not computed',
  'statistics.notEstimated': 'not estimated',
  'statistics.nullSays': 'Shuffled null: of the mean spectrum over {shuffles} of the entries.',
  'statistics.exact': 'exact, each σ within {bound} ({method})',
  'statistics.estimated': 'estimated, each σ within {bound} ({method})',
  'statistics.refine': 'Compute exactly',
  'statistics.spectralNorm': 'spectral norm',
  'statistics.frobeniusNorm': 'Frobenius norm',
  'statistics.nuclearNorm': 'nuclear norm',
  'statistics.rank90': 'rank for 90% of the energy',
  'statistics.rank99': 'rank for 99% of the energy',
  'statistics.edge': 'Marchenko–Pastur edge',
  'statistics.above': 'values above the edge',
  'overSteps.title': 'Rank of {matrix} over training',
  'overSteps.axis': 'rank',
  'overSteps.says':
    'From step {first} to {last} the stable rank goes from {from} to {to} and the effective rank from {effectiveFrom} to {effectiveTo}',
  'overSteps.null': '; shuffled entries have {null} and {effectiveNull} at step {last}.',
  'overSteps.nullStable': 'stable rank, shuffled',
  'overSteps.nullEffective': 'effective rank, shuffled',
  'angles.title': 'Turning of the leading {k}-dimensional subspaces of {matrix}',
  'angles.axis': 'angle from step to step (°)',
  'angles.left': 'left, root-mean-square cosine',
  'angles.right': 'right, root-mean-square cosine',
  'angles.largest': 'left, largest angle',
  'angles.null': 'random subspaces',
  'angles.says':
    'Between neighbouring checkpoints the leading {k}-dimensional left singular subspace turns by {first}° at step {firstStep} and {last}° at step {lastStep} (arccos of the root-mean-square cosine); random subspaces would be {null}° apart.',

  'trajectory.title': 'Trajectory of {group} ({centring})',
  'trajectory.title3': 'Trajectory of {group} in 3-D ({centring})',
  'trajectory.centred': 'centred',
  'trajectory.uncentred': 'uncentred',
  'trajectory.centring': 'PCA',
  'trajectory.pair': 'Components',
  'trajectory.axis': 'PC{n}, {share}',
  'trajectory.axisNull': 'PC{n}, {share} (random walk {null})',
  'trajectory.checkpoints': 'checkpoints, early to late',
  'trajectory.after': 'from the grok step on',
  'trajectory.start': 'step {step}',
  'trajectory.off': 'off PC1–{k}: {residual} of its length',
  'trajectory.variance': 'variance',
  'trajectory.squaredLength': 'squared length',
  'trajectory.says':
    'PC1 holds {share} of the {what}; a random walk with the same step lengths {null} ({draws}, 5–95%: {low} to {high}).',
  'trajectory.saysPair':
    ' The two components shown hold {pair}; the last checkpoint lies {residual} of its length off PC1–2.',
  'explained.title': 'Explained {what} by component',
  'explained.axis': 'share of the {what}',
  'explained.component': 'component',
  'explained.measured': 'measured',
  'explained.null': 'random walk, mean',
  'explained.band': 'random walk, 5–95%',
  'explained.says':
    '{share} of the {what} is held by the first {components}, {nullShare} by those of a random walk of the same step lengths; its 95% quantile is exceeded by {above} of the first {shown}.',
  'residual.title': 'Residual off the leading components',
  'residual.axis': 'distance ⁄ own length',
  'residual.curve': 'off PC1–{k}',
  'residual.null': 'random walk, off PC1–{k}, root mean square',
  'residual.says':
    'PC1–{k} leave {measured} of the length unexplained (root mean square over the series), the random walk {null}; the last checkpoint {last}.',
  'distance.title': 'Distance from the start, all parameters',
  'distance.axis': '‖θₜ − θ₀‖₂',
  'distance.curve': 'measured',
  'distance.null': 'growth as √step (random walk)',
  'distance.says':
    'The weights end {end} from where they began; halfway through the steps they had gone {half} of that, a random walk would have gone {null}.',

  'method.per-matrix-svd': 'per-matrix SVD',
  'method.joint-svd': 'joint SVD',
  'method.trajectory-pca': 'trajectory PCA',
  'method.of': '{method} (of {full})',
  'scope.trunk': 'trunk',
  'scope.all': 'all parameters',
  'rank.title': 'Accuracy against rank: {task}',
  'rank.energyTitle': 'Energy kept against rank',
  'rank.errorTitle': 'Relative error against rank',
  'rank.axis': 'rank kept, share of the full rank',
  'rank.accuracy': 'test accuracy',
  'rank.energy': 'share of Σσ² kept',
  'rank.error': 'relative error ‖Δᵣ − Δ‖ ⁄ ‖Δ‖',
  'rank.point': 'rank {rank} of {full}',
  'rank.baseline': 'baseline {accuracy}',
  'rank.chance': 'chance {accuracy}',
  'rank.flat': 'flat spectrum (no structure)',
  'rank.kStar': 'k*({share}) = {rank}',
  'rank.kStars': '{method}: {stars}',
  'rank.threshold': 'threshold {share}',
  'rank.thresholdOf': 'Threshold',
  'rank.thresholdAccuracy': '{share} of the baseline accuracy',
  'rank.thresholdEnergy': '{share} of the energy',
  'rank.needs': '{method} needs rank {rank} of {full} ({share})',
  'rank.never': '{method} does not reach it at the ranks measured',
  'rank.accuracySays': 'For {threshold} of the baseline accuracy {baseline}: {needs}; chance is {chance}.',
  'rank.accuracySaysNoChance': 'For {threshold} of the baseline accuracy {baseline}: {needs}.',
  'rank.noBetter':
    'The model itself answers {baseline} of the test pairs right, no more than chance ({chance}): a rank for a share of that says nothing.',
  'rank.energySays':
    'To keep {threshold} of the energy: {needs}; a flat spectrum would need {threshold} of the full rank.',
  'rank.errorSays':
    'At half of the full rank the relative error is {errors}; a flat spectrum would leave {null}.',
  'rank.errorAt': '{error} for {method}',
  'rank.scope': 'Rebuilt: {matrices}. The rest keeps its final value.',
  'rank.scopeAll': 'Trajectory PCA rebuilds all parameters together.',
  'rank.noAccuracy': 'Accuracy of the rebuilt models is shown where a model description lets them be run.',
  'rank.table': 'Ranks needed',
  'rank.notReached': 'not reached',
  'rank.oneRank': 'of one rank: none',
  'rank.k95': 'k*(95%)',
  'rank.k99': 'k*(99%)',
  'rank.method': 'method',
  'rank.full': 'full rank',
  'rank.rank90': 'rank for 90% of the energy',
  'rank.rank99': 'rank for 99% of the energy',
  'rank.entropy': 'spectral entropy ⁄ ln(full rank)',
} as const;

export type StringKey = keyof typeof english;
/** Keys of plural texts without their category. */
export type PluralKey = StringKey extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
type Values = Readonly<Record<string, string | number>>;

let bundle: Readonly<Record<string, string>> = {};
/** The language whose plural forms the texts have. */
let grammar = 'en';

/** The host's language: translations (by the English text) and the locale of numbers. */
export function speak(language: {
  readonly locale: string;
  readonly strings: Readonly<Record<string, string>>;
}): void {
  bundle = language.strings;
  // A language without a translation gets English sentences, and those follow English grammar.
  grammar = Object.values(english).some((sentence) => Object.hasOwn(bundle, sentence))
    ? language.locale
    : 'en';
  setNumberLocale(language.locale);
}

export const say = (key: StringKey, values: Values = {}): string => fill(english[key], values);

/** `n` chooses the plural form; `values` fill the braces as in {@link say}. */
export function sayCount(key: PluralKey, n: number, values: Values): string {
  const chosen = `${key}.${new Intl.PluralRules(grammar).select(n)}`;
  return fill(
    chosen in english ? english[chosen as StringKey] : english[`${key}.other` as StringKey],
    values,
  );
}

const fill = (text: string, values: Values): string =>
  (bundle[text] ?? text).replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
