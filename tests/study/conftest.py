"""What all tests of the checks of a study share."""

from importlib import import_module

import pytest

from made.texts import untidy

verify = import_module("radioloom.study.verify")  # the package calls its function so


@pytest.fixture(scope="session", autouse=True)
def _notes_are_tidy():
    """No note has what an optional part leaves behind; of faults, which are errors, tests/conftest.py says the same."""
    whole = verify.file_remarks

    def told(*given):
        remarks = whole(*given)
        assert not [note for note in remarks.notes if untidy(note)]
        return remarks

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify, "file_remarks", told)
        yield
