/** The meaning of a warning's or error's code, and what to do. */
export interface Explanation {
  readonly means: string;
  readonly todo: string;
}

const say = (means: string, todo: string): Explanation => ({ means, todo });
const nothing = 'Nothing: the numbers that are shown hold.';

/** By code: those of warnings in a report, and those of errors. */
export const explanations: Readonly<Record<string, Explanation>> = {
  'adapter-is-dora': say(
    'The adapter is a DoRA. Its update has a magnitude for each column besides (α/r)·B·A, and only the product is measured.',
    'Compare the merged model with its base to see the whole update.',
  ),
  'adapter-without-scale': say(
    'No adapter_config.json lies beside the adapter, so α and r are unknown and the product B·A has no scale.',
    'Put the adapter_config.json of the training beside the weights. Ranks and shares of energy hold without it.',
  ),
  'analyses-left-out': say(
    'An analysis that was asked for does not apply to this source, and was not run.',
    'Ask for it on a series, a single checkpoint or a described model, as the message says.',
  ),
  'angles-left-out': say(
    'The matrices are large, so principal angles between checkpoints were not computed.',
    'Choose fewer tensors.',
  ),
  'cache-not-written': say(
    'The report could not be kept for next time. The report itself is complete.',
    'Check the space and the permissions of the cache folder.',
  ),
  'checkpoint-left-out': say(
    'One checkpoint of the series could not be read and is in no number.',
    'See the reason in the message: a file that is still being written, or one that is damaged.',
  ),
  'checkpoint-without-weights': say('A folder that is named like a checkpoint holds no weights.', nothing),
  'checkpoints-left-out': say(
    'Checkpoints of the folder belong to no place in the series (for one: best, final) and are in no number.',
    'Inspect them by their own path.',
  ),
  'checkpoints-missing': say(
    'The run records checkpoints that are not there any more.',
    'Restore the files, or read the series as it is: trajectories are of what is there.',
  ),
  'descriptor-of-another': say(
    'A model description (weight-geometry.json, run.json) lies beside these weights or in the folder above, and does not fit them. It is not used.',
    'If it is meant for these weights, correct it, or put one into their own folder.',
  ),
  'duplicate-file': say('One file appears twice in the series, by a link.', nothing),
  'duplicate-tensors': say(
    'Tensors have the same values at several steps: they did not train, or a checkpoint was saved twice.',
    'Check whether these parameters are frozen. They are decomposed once.',
  ),
  'duplicate-weights': say(
    'Two checkpoints have the same weights. One of them is not a further step of the trajectory.',
    'Check what saved it twice.',
  ),
  'fused-layout-unknown': say(
    'A matrix holds queries, keys and values together, and its name does not say in which order.',
    "Put the model's config.json beside the checkpoints; else the matrix is analysed whole.",
  ),
  'histograms-left-out': say(
    'There are very many tensors, so they have no histograms.',
    'Choose fewer tensors.',
  ),
  'local-shard': say(
    'A file holds one rank’s part of a distributed tensor, and the other ranks are not there.',
    'Put the files of all ranks into the folder; spectra of a part are not those of the whole.',
  ),
  'metrics-missing': say(
    'Evaluations that the run should have are missing from its metrics file.',
    'Curves have gaps there. Numbers of the weights are not affected.',
  ),
  'links-not-followed': say(
    'A group of an HDF5 file has links to other places or files. They are not followed, so tensors behind them are not listed.',
    'Save the weights with h5py without links, or as .safetensors.',
  ),
  'metrics-unreadable': say(
    'The metrics file could not be read in whole.',
    'See the line that the message names.',
  ),
  'missing-shard': say(
    'A file of a sharded checkpoint is not there, and with it its tensors.',
    'Download or restore the file. What is measured is of the tensors that are there.',
  ),
  'missing-tensor': say(
    'The index places a tensor in a file that does not hold it.',
    'The index and the shards are of different checkpoints; take both from one.',
  ),
  'no-matrices': say(
    'Only vectors and scalars are there.',
    'Spectra need matrices: check that this is the right file.',
  ),
  'no-parameters': say(
    'No tensor has floating-point values that are read.',
    'Check the list of tensors that were not read, and their types.',
  ),
  'not-finite': say(
    'A tensor holds NaN, infinity or values too large to square. It has no spectrum at that step, and the step is in no trajectory with it.',
    'Training has diverged there, or the file is damaged.',
  ),
  'object-array': say(
    'A NumPy array of Python objects is pickled code, and is never loaded.',
    'Save the array with a numeric type.',
  ),
  'one-checkpoint': say(
    'There is one checkpoint: spectra are there, a trajectory and a change are not.',
    'Inspect a folder of checkpoints, or compare with another checkpoint.',
  ),
  'other-series': say(
    'The folder holds several series, and one was inspected.',
    'Inspect the others by their own path.',
  ),
  'reconstruction-left-out': say(
    'A matrix is in no reconstruction, as it is not finite or too large.',
    'See the reason in the message.',
  ),
  'run-left-out': say(
    'A run could not be read and is in no comparison of runs.',
    'Inspect the run by itself to see why.',
  ),
  'runs-left-out': say('There are more runs than are shown side by side.', 'Choose fewer runs.'),
  'search-cut-short': say(
    'The folder is very large, so the search for checkpoints ended before it had seen all.',
    'Inspect a folder further down; give weight files an ending.',
  ),
  'shape-changed': say(
    'A tensor has another shape at some step, so it is in no trajectory.',
    'Two models may lie in one folder.',
  ),
  'shared-storage': say('Tensors share stored values (tied weights).', nothing),
  'shuffled-null-left-out': say(
    'The matrices are large, so the null of shuffled entries was computed for some checkpoints only.',
    'Choose fewer tensors; Marchenko–Pastur edges are there for all.',
  ),
  'spectra-estimated': say(
    'The matrix is very large, so its spectrum is estimated. Intervals stand beside the numbers.',
    'Ask for the exact spectrum where the interval is too wide.',
  ),
  'spectra-from-factors': say(
    'The matrix is the product of two thin factors and very large, so its singular values are computed from the factors. They are exact; the null of shuffled entries is left out.',
    'Marchenko–Pastur edges are there for all.',
  ),
  'spectra-thinned': say(
    'The matrices are large, so spectra were computed for some checkpoints only, the last among them.',
    'Choose fewer tensors.',
  ),
  'stack-of-matrices': say(
    'A tensor of three or more axes holds several matrices (experts, heads, kernels).',
    'The message says how it was read. A config.json beside the weights tells more.',
  ),
  'state-damaged': say(
    "The trainer's last state is damaged, so the run goes on from an earlier one.",
    'Nothing: the steps in between are trained again.',
  ),
  'steps-missing': say(
    'The series is even but for missing steps.',
    'Restore them, or read lengths of steps there with care: a gap looks like one long step.',
  ),
  'tensors-changed': say(
    'The tensors of a checkpoint are not those of the others.',
    'Two models may lie in one folder.',
  ),
  'tensors-left-out': say(
    'Some tensors of a file cannot be placed in the model.',
    'See which ones in the message.',
  ),
  'tensors-not-read': say(
    'Tensors have a type that is not read, and are in no number. The message counts them by type.',
    'Convert the file to a type that is read, or read the numbers as those of the rest.',
  ),
  'unlisted-tensor': say(
    'A shard holds tensors that the index does not place there. They are left out.',
    'The index and the shards are of different checkpoints; take both from one.',
  ),
  'unsafe-pickle-call': say(
    'The pickle names a function that is no part of saved weights. Loading it with Python could run code. Nothing was run here.',
    'Do not load this file with torch.load or pickle unless you trust who made it; ask for safetensors.',
  ),
  'unknown-pickle-names': say(
    'The pickle names classes or functions that are not known here. They were not called; what they would hold is left out.',
    'Nothing, where the weights themselves are listed: see which tensors were not read.',
  ),
  'not-found': say('The path does not exist, or holds nothing of that kind.', 'Check the path.'),
  unreadable: say('The system refused to read the file.', 'Check permissions and the disk.'),
  'changed-while-reading': say(
    'The file was replaced while it was read.',
    'Try again when the writer has ended.',
  ),
  'not-a-checkpoint': say(
    'The content is not that of a weight file.',
    'The message says what it is: for one, a page of HTML that was saved in place of a download.',
  ),
  'unsupported-format': say('The format is known but not read.', 'The message names a way to convert it.'),
  'malformed-file': say('The file is cut or damaged.', 'Download or save it again.'),
  'unsafe-file': say(
    'The file would run code or leave its folder when it is loaded, and was refused.',
    'Do not load it.',
  ),
  'no-checkpoints': say('The folder holds no checkpoints.', 'Choose a folder further down, or a file.'),
  'too-large': say('The work would need more memory or time than there is.', 'Choose fewer tensors.'),
  'in-use': say('Another process holds the folder or the file.', 'Wait for it, or choose another folder.'),
  'invalid-argument': say('An argument has a value that is not possible.', 'See the message.'),
  'invalid-descriptor': say(
    'The model descriptor does not fit: it is malformed, or is of another model.',
    'Correct weight-geometry.json as the message says. Without it accuracies are not measured.',
  ),
  'invalid-config': say(
    'The configuration of a run has a wrong key or value.',
    'Correct the key that the message names.',
  ),
  'invalid-graph': say('onnxruntime refused the model.', 'See the cause in the log.'),
  'no-provider': say('No execution provider works for this model here.', 'Run Check GPU, or choose the CPU.'),
  'disk-full': say('The disk is full. What was there before is whole.', 'Make room and repeat.'),
  unwritable: say('The system refused to write.', 'Check permissions, or choose another place.'),
  cancelled: say('The work was stopped on request.', 'Start it again; what is cached is not computed again.'),
  'process-died': say(
    'The process that did the work ended, for one for want of memory.',
    'Try again with fewer tensors.',
  ),
  protocol: say('Two parts of the product are of different versions.', 'Reload the window.'),
  internal: say('A fault of the product.', 'Report it with the log.'),
};
