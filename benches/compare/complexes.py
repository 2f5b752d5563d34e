"""Boundary matrices of matching and chessboard complexes, as Matrix Market files.

    python3 complexes.py matching N K FILE      # mkN.bK of the Sparse Integer Matrix Collection
    python3 complexes.py chessboard M N K FILE  # chM-N.bK

A simplex of the matching complex of the complete graph on N vertices is a set of disjoint edges, of the chessboard
complex a set of rooks on M x N squares none of which attacks another. The rows of bK are the simplices of K + 1
elements, its columns those of K, and each row has the signs +1, -1, +1, .. (Bjorner, Lovasz, Vrecica and Zivaljevic 1994).
"""
import itertools
import sys


def matchings(vertices, count):
    """The sets of `count` disjoint edges among the vertices, edges by their lesser ends."""
    if count == 0:
        yield ()
        return
    for place, first in enumerate(vertices):
        rest = vertices[place + 1 :]
        for other in rest:
            left = [v for v in rest if v != other]
            yield from (((first, other), *more) for more in matchings(left, count - 1))


def rooks(rows, columns, count):
    """The sets of `count` squares in different rows and columns, by their rows."""
    for chosen in itertools.combinations(range(rows), count):
        yield from (tuple(zip(chosen, places)) for places in itertools.permutations(range(columns), count))


kind, *sizes, count, path = sys.argv[1:]
count = int(count)
if kind == "matching":
    simplices = lambda count: matchings(list(range(int(sizes[0]))), count)
elif kind == "chessboard":
    simplices = lambda count: rooks(int(sizes[0]), int(sizes[1]), count)
else:
    sys.exit(__doc__)
faces = {face: number for number, face in enumerate(simplices(count), 1)}
lines = []
rows = 0
for rows, simplex in enumerate(simplices(count + 1), 1):
    for left_out in range(count + 1):
        face = simplex[:left_out] + simplex[left_out + 1 :]
        lines.append(f"{rows} {faces[face]} {(-1) ** left_out}\n")
with open(path, "w") as file:
    file.write(f"%%MatrixMarket matrix coordinate integer general\n{rows} {len(faces)} {len(lines)}\n")
    file.writelines(lines)
