"""One engine in a process of its own. It answers on the standard output that it was started with.

worker.py ENGINE serve                   one JSON request a line, one JSON answer a line
worker.py ENGINE once FOLDER WORKLOAD    from files to a printed table, then exit
worker.py ENGINE import                  import what the engine needs, then exit
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import sys
import time
from pathlib import Path


def serve(engine) -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what engines print is no answer
    held: tuple = ()
    for line in sys.stdin:
        folder, workload, whole = json.loads(line)
        folder = Path(folder)
        if workload == "native":
            call, given = engine.from_files, (folder, workload)
        else:
            if held[:1] != ((folder, workload),):
                held = ()  # one case in memory at a time
                held = ((folder, workload), engine.read(folder, workload))
            call, given = engine.measure, held[1]
        gc.collect()
        cpu = time.process_time()
        values = call(*given)
        cpu = time.process_time() - cpu
        missing = sum(math.isnan(value) for value in values.values())
        answer = {"cpu": cpu, "features": len(values), "missing": missing, "values": values if whole else None}
        answers.write(json.dumps(answer) + "\n")


def main(name: str, task: str, *rest: str) -> None:
    engine = importlib.import_module(f"engine_{name}")
    if task == "serve":
        serve(engine)
    elif task == "import":
        engine.importing()
    else:
        for key, value in engine.from_files(Path(rest[0]), rest[1]).items():
            print(key, value, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
