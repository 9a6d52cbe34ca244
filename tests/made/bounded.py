"""Read a hostile table in a process of its own, and hold what that took against the bounds."""

import subprocess
import sys

CHILD = """
import sys, time
from made.user_tables import READERS
from radioloom.errors import StudyError
from pathlib import Path
reader = next(one for one in READERS if one.name == sys.argv[1])
start = time.process_time()  # whatever else runs on the machine
try:
    reader.read(Path(sys.argv[2]))
    print("no error")
except StudyError as error:
    print(str(error)[:300])
# Not ru_maxrss, which holds the peak of the process that this one was forked from.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(time.process_time() - start, int(status["VmHWM"].split()[0]) / 1e6)
"""


def bounded(name, path, words, root):
    """Whether a reader refuses a file with one of these words, within 20 s and 1 GB."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, name, str(path)],
        capture_output=True, text=True, check=False, timeout=120, cwd=root / "tests",
        env={"PYTHONPATH": f"{root / 'workflow'}:{root / 'tests'}", "PYTHONUTF8": "1", "PATH": ""},
    )  # fmt: skip
    message, _, measured = done.stdout.strip().rpartition("\n")
    assert any(word in message for word in words), done.stdout + done.stderr
    seconds, gigabytes = map(float, measured.split())
    assert seconds < 20
    assert gigabytes < 1
