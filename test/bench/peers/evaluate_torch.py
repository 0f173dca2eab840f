"""Test accuracy of many weight vectors in PyTorch, the peer of `bench evaluate`.

Takes one JSON object as argument: prime, d, layers, heads, dFf, threads. Then, for every line "N" on standard input, puts N weight
vectors into the model one after the other, runs each on all prime**2 pairs, and answers {"seconds": ...} on a line of its own.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters


class Encoder(nn.Module):
    """Two tokens, learned positions, pre-norm encoder layers, first token, LayerNorm, one head."""

    def __init__(self, size):
        super().__init__()
        d, prime = size["d"], size["prime"]
        layer = nn.TransformerEncoderLayer(
            d, size["heads"], size["dFf"], dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.token = nn.Embedding(prime, d)
        self.position = nn.Parameter(torch.randn(2, d) / d**0.5)
        self.encoder = nn.TransformerEncoder(layer, size["layers"], enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, prime)

    def forward(self, pairs):
        hidden = self.encoder(self.token(pairs) + self.position)
        return self.head(self.norm(hidden[:, 0]))


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
