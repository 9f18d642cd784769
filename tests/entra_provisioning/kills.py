"""A process that is killed after some calls to Microsoft Graph."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from wizard.graph.client import GraphClient


class _Killed(BaseException):
    pass


@contextmanager
def killed_after(calls: int, client: GraphClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the block as a kill would, before the call after so many; the client is whole afterwards."""
    sent, made = client._sent, 0

    async def counted(call: Any) -> Any:
        nonlocal made
        if made == calls:
            raise _Killed
        made += 1
        return await sent(call)

    monkeypatch.setattr(client, "_sent", counted)
    with suppress(_Killed):
        yield
    monkeypatch.setattr(client, "_sent", sent)
