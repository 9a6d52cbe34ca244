"""A run of the tests that a person can follow: whole studies as they start, files as they end, faults at once."""

import time
from collections import Counter
from pathlib import Path

from xdist.scheduler import LoadFileScheduling

STUDIES = "tests/workflow/"  # tests that take as long as files elsewhere
APART = STUDIES + "test_runs.py"  # its tests share nothing but the finished study, which any process can read


def first_the_long(items: list) -> None:
    """Whole studies first, then what concerns the whole house: at the end of a run no process waits for another."""
    place = {STUDIES: 1, "tests/test_": 2}
    order = {item: next((n for start, n in place.items() if item.nodeid.startswith(start)), 3) for item in items}
    items.sort(key=lambda item: 0 if item.get_closest_marker("long") else order[item])


class Scheduler(LoadFileScheduling):
    """Files go to one process each, so that their fixtures are made once; tests of `APART` go to any."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(APART) else super()._split_scope(nodeid)


class Progress:
    """Lines instead of dots; quiet runs on several processes have them (`make test`)."""

    def __init__(self, config) -> None:
        self.plugins = config.pluginmanager
        self.begun = time.monotonic()
        self.left: Counter[str] = Counter()
        self.whole: Counter[str] = Counter()
        self.done = 0

    def pytest_xdist_node_collection_finished(self, node, ids) -> None:
        """What there is to do: every process collects the same."""
        if not self.whole:
            self.whole = Counter(map(_file, ids))
            self.left = self.whole.copy()

    def pytest_runtest_logstart(self, nodeid) -> None:
        """A whole study begins."""
        if nodeid.startswith(STUDIES):
            self._line(f"{nodeid} begins")

    def pytest_runtest_logreport(self, report) -> None:
        """A test is over: its file may be, too."""
        if report.failed:
            self._line(f"FAILED {report.nodeid} ({report.when})")
        if report.when == "teardown":
            file = _file(report.nodeid)
            self.done += 1
            self.left[file] -= 1
            if file.startswith(APART):
                self._line(f"{report.nodeid} ends")
            elif not self.left[file]:
                self._line(f"{file}: {self.whole[file]} tests")

    def pytest_report_teststatus(self, report):
        """Counted as ever, shown by no letter."""
        if report.when == "call" and report.passed:
            return "passed", "", ""
        if report.failed:
            return ("failed" if report.when == "call" else "error"), "", ""
        return ("skipped", "", "") if report.skipped and not hasattr(report, "wasxfail") else None

    def _line(self, text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self.begun), 60)
        share = 100 * self.done // max(self.whole.total(), 1)
        self.plugins.getplugin("terminalreporter").write_line(f"{minutes:2d}:{seconds:02d} {share:3d} %  {text}")


def _file(nodeid: str) -> str:
    return Path(nodeid.partition("::")[0]).as_posix()
