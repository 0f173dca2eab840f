"""JAX training of the papers' model, a peer of `bench train`: one jitted scan over the steps of a call.

Takes one JSON object as argument: batch, d, layers, heads, dFf, prime, replicas, threads. Then, for every line "N" on standard
input, takes N steps of every replica (one after the other) and answers {"seconds": ...} on a line of its own. A count that
was not asked before is compiled first.
"""

import json
import os
import sys
import time

size = json.loads(sys.argv[1])
# XLA takes as many threads as it may use cores.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: size["threads"]])
os.environ["JAX_PLATFORMS"] = "cpu"

import functools

import jax
from jax import numpy as jnp

D, HEADS, PRIME = size["d"], size["heads"], size["prime"]


def initial(key):
    """Weights in PyTorch's shapes; the laws do not matter for the time."""
    keys = iter(jax.random.split(key, 100))
    table = lambda rows, columns: jax.random.normal(next(keys), (rows, columns)) / columns**0.5
    linear = lambda rows, columns: {"weight": table(rows, columns), "bias": jnp.zeros(rows)}
    norm = lambda: {"gain": jnp.ones(D), "shift": jnp.zeros(D)}
    layer = lambda: {
        "in": linear(3 * D, D),
        "out": linear(D, D),
        "first": linear(size["dFf"], D),
        "second": linear(D, size["dFf"]),
        "norm1": norm(),
        "norm2": norm(),
    }
    return {
        "token": table(PRIME, D),
        "position": table(2, D),
        "layers": [layer() for _ in range(size["layers"])],
        "norm": norm(),
        "head": linear(PRIME, D),
    }


def apply_linear(x, parameters):
    return x @ parameters["weight"].T + parameters["bias"]


def apply_norm(x, parameters):
    mean = x.mean(-1, keepdims=True)
    centred = x - mean
    deviation = jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return centred / deviation * parameters["gain"] + parameters["shift"]


def attention(x, parameters):
    n, positions, _ = x.shape
    q, k, v = (
        part.reshape(n, positions, HEADS, D // HEADS) for part in jnp.split(apply_linear(x, parameters["in"]), 3, -1)
    )
    scores = jnp.einsum("nqhc,nkhc->nhqk", q, k) / (D // HEADS) ** 0.5
    mixed = jnp.einsum("nhqk,nkhc->nqhc", jax.nn.softmax(scores), v)
    return apply_linear(mixed.reshape(n, positions, D), parameters["out"])


def loss_of(parameters, pairs, labels):
    x = parameters["token"][pairs] + parameters["position"]
    for layer in parameters["layers"]:
        x = x + attention(apply_norm(x, layer["norm1"]), layer)
        hidden = jax.nn.gelu(apply_linear(apply_norm(x, layer["norm2"]), layer["first"]), approximate=False)
        x = x + apply_linear(hidden, layer["second"])
    logits = apply_linear(apply_norm(x[:, 0], parameters["norm"]), parameters["head"])
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1).mean()


def adamw(parameters, moments, step, gradient):
    """A step as the papers take it: clip at 1, AdamW with decay on everything."""
    rate, beta1, beta2, eps, decay = 1e-3, 0.9, 0.98, 1e-8, 1.0
    norm = jnp.sqrt(sum((leaf**2).sum() for leaf in jax.tree.leaves(gradient)))
    clip = jnp.minimum(1.0, 1.0 / (norm + 1e-6))
    first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * clip * g, moments[0], gradient)
    second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * (clip * g) ** 2, moments[1], gradient)
    size_of = rate / (1 - beta1**step)
    root = jnp.sqrt(1 - beta2**step)
    moved = jax.tree.map(
        lambda p, m, v: p * (1 - rate * decay) - size_of * m / (jnp.sqrt(v) / root + eps), parameters, first, second
    )
    return moved, (first, second)


@functools.partial(jax.jit, static_argnums=1, donate_argnums=0)
def steps(state, count, key):
    places = jax.random.randint(key, (count, size["batch"]), 0, PRIME * PRIME // 2)

    def turn(state, chosen):
        parameters, moments, step = state
        pairs = jnp.stack([chosen // PRIME, chosen % PRIME], -1)
        loss, gradient = jax.value_and_grad(loss_of)(parameters, pairs, pairs.sum(-1) % PRIME)
        parameters, moments = adamw(parameters, moments, step, gradient)
        return (parameters, moments, step + 1), loss

    return jax.lax.scan(turn, state, places)


def begin(seed):
    parameters = initial(jax.random.key(seed))
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return parameters, (zeros, jax.tree.map(jnp.zeros_like, parameters)), jnp.asarray(1.0)


def main():
    states = [begin(seed) for seed in range(size["replicas"])]
    key = jax.random.key(7)
    known = set()
    print(json.dumps({"version": jax.__version__}), flush=True)
    for line in sys.stdin:
        count = int(line)
        for compiling in [True, False] if count not in known else [False]:
            start = time.perf_counter()
            for i, state in enumerate(states):
                key, drawn = jax.random.split(key)
                states[i], losses = steps(state, count, drawn)
                losses.block_until_ready()
        known.add(count)
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()
