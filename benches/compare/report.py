"""Medians and ratios, from lines "CASE PROGRAM SECONDS RANK" on standard input.

Fails if the programs disagree on the rank of a case.
"""

import collections
import statistics
import sys

times = collections.defaultdict(lambda: collections.defaultdict(list))
ranks = collections.defaultdict(set)
for line in sys.stdin:
    case, program, seconds, rank = line.split()
    times[case][program].append(float(seconds))
    ranks[case].add(int(rank))
for case, programs in times.items():
    own = statistics.median(programs["seprank"])
    print(f"{case}: rank {' or '.join(map(str, sorted(ranks[case])))}")
    for program, list_ in programs.items():
        m = statistics.median(list_)
        line = f"  {program:12} median {m:9.4f} s, best {min(list_):9.4f} s of {len(list_)}"
        print(line if program == "seprank" else f"{line}; seprank/{program} {own / m:.4f}")
differ = [case for case in ranks if len(ranks[case]) > 1]
if differ:
    sys.exit(f"ranks differ: {', '.join(differ)}")
