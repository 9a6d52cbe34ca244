"""No kernel without its twin: each that others call is run, compiled and as plain Python, by a test of this folder."""

import importlib
import re
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

HERE = Path(__file__).parent
KERNELS = sorted(path.stem for path in (HERE.parents[1] / "workflow/radioloom/kernels").glob("[a-z]*.py"))


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_are_tested_as_plain_python_too(name):
    module = importlib.import_module(f"radioloom.kernels.{name}")
    found = {word: value.py_func.__code__ for word, value in vars(module).items() if isinstance(value, Dispatcher)}
    inner = {word for code in found.values() for word in code.co_names}  # run by the tests of those that call them
    own = set(found) - inner
    tests = [path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py")]
    mine = [text for text in tests if re.search(rf"radioloom\.kernels(\.{name} import| import .*\b{name}\b)", text)]
    assert own
    for word in own:
        assert any(re.search(rf"\b{word}\b", text) and re.search(r"\bplain\b|py_func", text) for text in mine), word
