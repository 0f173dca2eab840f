"""Loads an exported adapter with PEFT and holds it against the truncated difference: loraInPeft.py BASE TUNED ADAPTER ENERGY

BASE and TUNED are folders with model.safetensors. Prints one JSON line: modules, and the largest difference of an entry
from NumPy's truncation, over the largest entry of the difference. Needs torch, peft, safetensors, numpy.
"""

import json
import sys

import numpy as np
import torch
from peft import PeftModel
from safetensors.torch import load_file

base_folder, tuned_folder, adapter, energy = sys.argv[1:5]
base = load_file(f"{base_folder}/model.safetensors")
tuned = load_file(f"{tuned_folder}/model.safetensors")


class Nest(torch.nn.Module):
    """Modules under the names of the state dict: linear layers where there is a matrix."""

    def __init__(self):
        super().__init__()
        for name, tensor in base.items():
            if not name.endswith(".weight") or tensor.ndim != 2:
                continue
            place = self
            *path, last = name.removesuffix(".weight").split(".")
            for part in path:
                if part not in place._modules:
                    place.add_module(part, torch.nn.Module())
                place = place._modules[part]
            linear = torch.nn.Linear(tensor.shape[1], tensor.shape[0], bias=False)
            linear.weight.data = tensor.float()
            place.add_module(last, linear)

    def forward(self, x):
        return x


before = {name: weight.clone() for name, weight in Nest().state_dict().items()}
model = PeftModel.from_pretrained(Nest(), adapter)
after = model.merge_and_unload().state_dict()
config = json.load(open(f"{adapter}/adapter_config.json"))
worst = 0.0
for module in config["target_modules"]:
    name = f"{module}.weight"
    difference = tuned[name].double().numpy() - base[name].double().numpy()
    u, s, v = np.linalg.svd(difference, full_matrices=False)
    kept = np.cumsum(s**2) / np.sum(s**2)
    rank = int(np.argmax(kept >= float(energy))) + 1 if float(energy) < 1 else len(s)
    assert rank == config["rank_pattern"][module] or float(energy) == 1, (module, rank)
    wanted = (u[:, :rank] * s[:rank]) @ v[:rank]
    loaded = after[name].double().numpy() - before[name].double().numpy()
    worst = max(worst, float(np.abs(loaded - wanted).max()))
unchanged = [n for n in before if n.removesuffix(".weight") not in config["target_modules"]]
assert all(torch.equal(before[n], after[n]) for n in unchanged)
print(json.dumps({"modules": len(config["target_modules"]), "worst": worst}))
