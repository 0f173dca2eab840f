"""NumPy's LAPACK, the peer of `bench svd`.

For every line "ROWS COLUMNS COUNT KIND" on standard input, decomposes COUNT random matrices of that size at once (KIND is
`values`, or `full` for the thin factors too) and answers {"milliseconds": ...} on a line of its own. The first line it writes
is {"version": ...}.
"""

import json
import sys
import time

import numpy


def main():
    print(json.dumps({"version": numpy.__version__}), flush=True)
    random = numpy.random.default_rng(0)
    made = {}
    for line in sys.stdin:
        rows, columns, count, kind = line.split()
        shape = (int(count), int(rows), int(columns))
        if shape not in made:
            made = {shape: random.standard_normal(shape)}
        begun = time.perf_counter()
        numpy.linalg.svd(made[shape], full_matrices=False, compute_uv=kind == "full")
        print(json.dumps({"milliseconds": (time.perf_counter() - begun) * 1e3}), flush=True)


main()
