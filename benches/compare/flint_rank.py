"""Times FLINT's nmod_mat or fmpz_mat rank through python-flint; prints "SECONDS RANK".

usage: flint_rank.py nmod SIZE THREADS PRIME FILE
       flint_rank.py fmpz SIZE THREADS FILE
"""

import array
import sys
import time

import flint


def main():
    kind, size, threads, *prime, file = sys.argv[1:]
    n = int(size)
    flint.ctx.threads = int(threads)
    entries = array.array("q")
    with open(file, "rb") as stream:
        entries.fromfile(stream, n * n)
    if kind == "nmod":
        matrix = flint.nmod_mat(n, n, entries.tolist(), int(prime[0]))
    else:
        matrix = flint.fmpz_mat(n, n, entries.tolist())
    start = time.perf_counter()
    rank = matrix.rank()
    print(f"{time.perf_counter() - start:.6f} {rank}")


main()
