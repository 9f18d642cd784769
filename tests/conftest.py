"""What every test may ask for."""

import os

import pytest
from hypothesis import HealthCheck, settings

# Laws are asked for truth, not for speed: a busy machine must not turn one red.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a test that wants a real screen starts its own


@pytest.fixture
def anyio_backend() -> str:
    """Our coroutines run on asyncio, as in the program."""
    return "asyncio"
