"""PyTorch training of the papers' model, a peer of `bench train`.

Takes one JSON object as argument: batch, d, layers, heads, dFf, prime, replicas, threads, device, and compiled: whether the
model goes through torch.compile and AdamW runs fused (else both are eager). Then, for every line "N" on standard input,
takes N steps of every replica (one after the other) and answers {"seconds": ...} on a line of its own.
"""

import json
import sys
import time

import torch
from encoder_torch import Encoder
from torch import nn
from torch.nn import functional


class Replica:
    """A model with its optimiser; a step as the papers take it: clip at 1, AdamW with decay on everything."""

    def __init__(self, size):
        compiled = size.get("compiled", False)
        self.model = Encoder(size).to(size.get("device", "cpu"))
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=1.0, fused=True if compiled else None
        )
        self.loss = torch.compile(self.plain_loss) if compiled else self.plain_loss

    def plain_loss(self, pairs, labels):
        return functional.cross_entropy(self.model(pairs), labels)

    def step(self, pairs, labels):
        loss = self.loss(pairs, labels)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()


def main():
    size = json.loads(sys.argv[1])
    torch.set_num_threads(size["threads"])
    torch.manual_seed(0)
    device = torch.device(size.get("device", "cpu"))
    values = torch.arange(size["prime"], device=device)
    pairs = torch.cartesian_prod(values, values)
    labels = pairs.sum(1) % size["prime"]
    replicas = [Replica(size) for _ in range(size["replicas"])]
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            for replica in replicas:
                chosen = torch.randint(0, len(pairs) // 2, (size["batch"],), device=device)
                replica.step(pairs[chosen], labels[chosen])
        if device.type == "cuda":
            torch.cuda.synchronize()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()
