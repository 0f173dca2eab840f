"""What an inspection computes, in NumPy: the peer of `bench inspect`.

    inspect_numpy.py FOLDER

For every line on standard input, reads the checkpoints of FOLDER (PyTorch files) and computes what the default inspection
does: singular values of weights and change of every matrix and part at every step with five shuffles each, principal angles
between neighbours, centred and uncentred PCA through Gram matrices with twenty random walks each, energies of the three
reconstructions. Answers {"seconds": ..., "cpu": ...} on a line of its own. The first line it writes is {"version": ...}.
"""

import json
import pathlib
import resource
import sys
import time

import numpy
import torch

SHUFFLES, WALKS, SUBSPACE = 5, 20, 8


def read(path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    while any(isinstance(value, dict) for value in state.values()):
        state = next(value for value in state.values() if isinstance(value, dict))
    return {name: tensor.double().numpy() for name, tensor in state.items() if torch.is_floating_point(tensor)}


def matrices(weights):
    """Every matrix, and the thirds of fused attention matrices."""
    found = {}
    for name, value in weights.items():
        if value.ndim < 2 or min(value.shape) < 2:
            continue
        found[name] = value.reshape(len(value), -1)
        if name.endswith("in_proj_weight"):
            for part, rows in zip("QKV", numpy.split(value, 3)):
                found[f"{name}#{part}"] = rows
    return found


def spectrum(matrix, random):
    values = numpy.linalg.svd(matrix, compute_uv=False)
    shuffled = numpy.stack([random.permutation(matrix.ravel()).reshape(matrix.shape) for _ in range(SHUFFLES)])
    draws = numpy.linalg.svd(shuffled, compute_uv=False)
    shares = values / max(values.sum(), 1e-300)
    entropy = -numpy.sum(shares * numpy.log(numpy.maximum(shares, 1e-300)))
    energy = numpy.cumsum(values**2)
    ranks = numpy.searchsorted(energy, [0.9 * energy[-1], 0.99 * energy[-1]]) + 1
    edge = matrix.std() * (numpy.sqrt(matrix.shape[0]) + numpy.sqrt(matrix.shape[1]))
    null = [draws.mean(0), *numpy.quantile(draws, [0.05, 0.95], axis=0)]
    return values, numpy.exp(entropy), ranks, (values > edge).sum(), null


def angles(a, b):
    overlap = a.T @ b
    cosines = numpy.linalg.svd(overlap, compute_uv=False)
    sines = numpy.linalg.svd(b - a @ overlap, compute_uv=False)[::-1]
    near = cosines**2 > 0.5
    return numpy.where(near, numpy.arcsin(numpy.clip(sines, 0, 1)), numpy.arccos(numpy.clip(cosines, 0, 1)))


def leading(matrix):
    u, _, vt = numpy.linalg.svd(matrix, full_matrices=False)
    return u[:, :SUBSPACE], vt[:SUBSPACE].T


def centred(gram):
    return gram - gram.mean(0) - gram.mean(1)[:, None] + gram.mean()


def random_walk(lengths, dimensions, random):
    """The Gram matrix of a walk with these step lengths, by Bartlett's factor."""
    steps = len(lengths)
    factor = numpy.tril(random.standard_normal((steps, steps)), -1)
    factor[numpy.diag_indices(steps)] = numpy.sqrt(random.chisquare(dimensions - numpy.arange(steps)))
    factor *= (lengths / numpy.linalg.norm(factor, axis=1))[:, None]
    walk = numpy.vstack([numpy.zeros(steps), numpy.cumsum(factor, axis=0)])
    return walk @ walk.T


def pca(gram, dimensions, random):
    steps = numpy.diag(gram)[1:] + numpy.diag(gram)[:-1] - 2 * numpy.diag(gram, 1)
    lengths = numpy.sqrt(numpy.maximum(steps, 0))
    walks = [random_walk(lengths, dimensions, random) for _ in range(WALKS)]
    for fitted in (centred(gram), gram):
        numpy.linalg.eigh(fitted)
    for walk in walks:
        numpy.linalg.eigvalsh(centred(walk))
        numpy.linalg.eigvalsh(walk)


def inspect(folder):
    random = numpy.random.default_rng(1)
    series = [read(path) for path in sorted(folder.glob("step_*.pt"))]
    first = matrices(series[0])
    before = {}
    for weights in series:
        for name, matrix in matrices(weights).items():
            spectrum(matrix, random)
            if weights is not series[0]:
                spectrum(matrix - first[name], random)
            now = leading(matrix)
            if name in before:
                angles(before[name][0], now[0])
                angles(before[name][1], now[1])
            before[name] = now
    parts = [matrices(weights) for weights in series]
    for name in first:
        rows = numpy.stack([(part[name] - first[name]).ravel() for part in parts])
        if rows.shape[1] >= len(rows):
            pca(rows @ rows.T, rows.shape[1], random)
    rows = numpy.stack([numpy.concatenate([(w[n] - series[0][n]).ravel() for n in w]) for w in series])
    pca(rows @ rows.T, rows.shape[1], random)
    trunk = [name for name in first if "layers" in name and not (name.endswith("in_proj_weight"))]
    changes = [(parts[-1][name] - first[name]).ravel() for name in trunk]
    longest = max(map(len, changes))
    padded = numpy.stack([numpy.pad(change, (0, longest - len(change))) for change in changes])
    numpy.linalg.eigh(padded @ padded.T)


def main():
    folder = pathlib.Path(sys.argv[1])
    print(json.dumps({"version": numpy.__version__}), flush=True)
    for _ in sys.stdin:
        begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        inspect(folder)
        now = resource.getrusage(resource.RUSAGE_SELF)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        print(json.dumps({"seconds": time.perf_counter() - begun, "cpu": cpu}), flush=True)


main()
