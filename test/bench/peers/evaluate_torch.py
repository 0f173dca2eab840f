"""Test accuracy of many weight vectors in PyTorch, the peer of `bench evaluate`.

Takes one JSON object as argument: prime, d, layers, heads, dFf, threads. Then, for every line "N" on standard input, puts N weight
vectors into the model one after the other, runs each on all prime**2 pairs, and answers {"seconds": ...} on a line of its own.
"""

import json
import sys
import time

import torch
from encoder_torch import Encoder
from torch.nn.utils import parameters_to_vector, vector_to_parameters


def main():
    size = json.loads(sys.argv[1])
    torch.set_num_threads(size["threads"])
    torch.manual_seed(0)
    model = Encoder(size).eval()
    values = torch.arange(size["prime"])
    pairs = torch.cartesian_prod(values, values)
    labels = pairs.sum(1) % size["prime"]
    first = parameters_to_vector(model.parameters()).detach()
    print(json.dumps({"version": torch.__version__, "parameters": first.numel()}), flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            vectors = [first + 0.01 * torch.randn_like(first) for _ in range(int(line))]
            start = time.perf_counter()
            for vector in vectors:
                vector_to_parameters(vector, model.parameters())
                (model(pairs).argmax(-1) == labels).float().mean().item()
            print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()
