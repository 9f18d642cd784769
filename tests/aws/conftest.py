"""What the tests of the target ask for."""

import socket

import pytest


@pytest.fixture
def unused_port() -> int:
    """A port on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
