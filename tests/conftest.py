"""What every test may ask for."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a test that wants a real screen starts its own


@pytest.fixture
def anyio_backend() -> str:
    """Our coroutines run on asyncio, as in the program."""
    return "asyncio"
