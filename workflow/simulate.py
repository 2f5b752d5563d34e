#!/usr/bin/env python3
"""How long campaigns of `seprank units` take on 1 to 1,000 nodes, by the forecasts of their units.

    simulate.py DIRECTORY..

reads DIRECTORY/campaign.json. A node does one unit at a time, as fast as the machine that made the list; the longest
units begin first (list scheduling, at most 4/3 of the best there is: Graham 1969). No node waits for another, and
starting a job takes no time.
"""

import heapq
import json
import sys

NODES = [1, 2, 3, 4, 5, 10, 20, 100, 1000]


def makespan(seconds, nodes):
    """The end of the last unit."""
    free = [0.0] * nodes
    for unit in sorted(seconds, reverse=True):
        heapq.heapreplace(free, free[0] + unit)
    return max(free)


def duration(seconds):
    for unit, size in [("d", 86400), ("h", 3600), ("min", 60)]:
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def main(directories):
    if not directories:
        sys.exit(__doc__)
    for directory in directories:
        with open(f"{directory}/campaign.json") as file:
            units = json.load(file)["units"]
        seconds = [unit["cost"]["milliseconds"] / 1000 for unit in units]
        largest = max(unit["cost"]["bytes"] for unit in units) / 2**30
        print(f"{directory}: {len(units)} units, {duration(sum(seconds))} in all, the longest "
              f"{duration(max(seconds))}, the largest {largest:.1f} GiB\n")
        print("| nodes | makespan | speedup | busy |\n|---|---|---|---|")
        for nodes in NODES:
            end = makespan(seconds, nodes)
            speedup = sum(seconds) / end
            print(f"| {nodes} | {duration(end)} | {speedup:.1f} | {100 * speedup / nodes:.0f} % |")
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
