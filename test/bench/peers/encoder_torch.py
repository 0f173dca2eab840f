"""The papers' encoder in PyTorch, for the peers that run it."""

import torch
from torch import nn


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
