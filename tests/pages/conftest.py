"""The app without a browser."""

import pytest


@pytest.fixture(autouse=True)
def every_run_is_in_its_frame(no_legacy_pages):
    """Also for tests that start the app by themselves."""
