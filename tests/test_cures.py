"""The cures that `make nightly` takes out one by one, and the tests that miss them."""

import pytest

from tests.cures import CURES
from tests.support import ROOT


@pytest.mark.parametrize("cure", CURES, ids=lambda cure: cure.fault)
def test_a_cure_stands_once_in_its_file_and_has_a_test(cure):
    assert (ROOT / cure.file).read_text(encoding="utf-8").count(cure.text) == 1
    file, _, name = cure.test.partition("::")
    assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")
