"""What every test may ask for."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Our coroutines run on asyncio, as in the program."""
    return "asyncio"
