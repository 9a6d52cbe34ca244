"""Module networks at the size of Segal et al. 2007: ten starts, and what permuted patients give.

PYTHONPATH=workflow python tests/bench/networks.py
"""

from __future__ import annotations

import time

import numpy as np

from radioloom.genomics import networks
from radioloom.simulate.networks import Size, planted

STARTS, RELEARNINGS, OF_EACH = 10, 100, 3
MEASURED = 10  # relearnings that are measured for RELEARNINGS
GOALS = {  # CPU s on one core
    f"module network, 6,732 genes x 38 x 32 traits, 116 modules, {STARTS} starts": 20.0,
    f"{RELEARNINGS} relearnings of it from permuted patients, {OF_EACH} starts each (of {MEASURED})": 480.0,
}


def seconds() -> list[float]:
    """CPU seconds of each goal, compiled before."""
    from threadpoolctl import threadpool_limits

    size, draw = Size(), np.random.default_rng(1)
    truth = planted(size, draw)
    z = truth.expression - truth.expression.mean(axis=1, keepdims=True)
    z /= z.std(axis=1, ddof=1, keepdims=True)
    with threadpool_limits(1):
        networks.learn(z[:200], truth.traits, 4, networks.Rules(starts=1), draw)
        start = time.process_time()
        networks.learn(z, truth.traits, size.modules, networks.Rules(starts=STARTS), draw)
        middle = time.process_time()
        for _ in range(MEASURED):
            order = draw.permutation(size.cases)
            networks.learn(z, truth.traits[order], size.modules, networks.Rules(starts=OF_EACH), draw)
        end = time.process_time()
    return [middle - start, (end - middle) * RELEARNINGS / MEASURED]


def table() -> str:
    """The goals and what is measured."""
    lines = ["| speed to reach, CPU s | at most | measured | |", "| --- | --- | --- | --- |"]
    for (what, most), measured in zip(GOALS.items(), seconds(), strict=True):
        lines.append(f"| {what} | {most:g} | {measured:.3g} | {'met' if measured <= most else 'NOT met'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
