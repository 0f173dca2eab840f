"""The power-law fit of WeightWatcher: the peer of `bench power-law`.

For every line `FILE ROWS COLUMNS` on standard input (row-major float64), decomposes the matrix and fits as
WeightWatcher.analyze does for a linear layer, and answers {"seconds": ..., "alpha": ..., "distance": ..., "xmin": ...} on a
line of its own; xmin is of the eigenvalues σ² that it fits. The first line it writes is {"version": ...}.
"""

import contextlib
import io
import json
import logging
import sys
import time
import warnings

import numpy

warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    import torch
    import weightwatcher

logging.disable(logging.CRITICAL)
print(json.dumps({"version": weightwatcher.__version__}), flush=True)


def answer(file, rows, columns):
    weight = numpy.fromfile(file, dtype=numpy.float64).reshape(rows, columns)
    layer = torch.nn.Linear(columns, rows, bias=False, dtype=torch.float64)
    layer.weight.data = torch.from_numpy(weight)
    model = torch.nn.Sequential(layer)
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        details = weightwatcher.WeightWatcher(model=model).analyze()
    seconds = time.perf_counter() - start
    found = details.iloc[0]
    return {
        "seconds": seconds,
        "alpha": float(found["alpha"]),
        "distance": float(found["D"]),
        "xmin": float(found["xmin"]),
    }


for line in sys.stdin:
    file, rows, columns = line.rsplit(" ", 2)
    print(json.dumps(answer(file, int(rows), int(columns))), flush=True)
