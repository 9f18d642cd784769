"""A request has a connection to itself; those that are free again are used before another is opened."""

from contextlib import aclosing

import anyio
import httpx
import pytest

from tests.http.loopback_server import LoopbackServer, Reply, as_json, in_turn, serving
from wizard.http.lanes import Lanes

pytestmark = pytest.mark.anyio


def lanes() -> Lanes:
    one = httpx.Limits(max_connections=1)
    return Lanes(lambda: httpx.AsyncHTTPTransport(trust_env=False, limits=one))


async def asked(side_by_side: Lanes, server: LoopbackServer) -> bytes:
    async with side_by_side.stream(httpx.Request("GET", f"{server.url}/Users")) as response:
        return b"".join([piece async for piece in response.aiter_bytes()])


async def test_one_after_another_they_share_a_connection() -> None:
    async with serving(lambda _: as_json({"a": 1})) as server, aclosing(lanes()) as ours:
        assert [await asked(ours, server) for _ in range(5)] == [b'{"a": 1}'] * 5
    assert server.connections == 1


async def test_side_by_side_each_has_one_and_the_next_ones_need_no_more() -> None:
    async with serving(lambda _: as_json({})) as server, aclosing(lanes()) as ours:
        for _ in range(3):
            async with anyio.create_task_group() as group:
                for _ in range(4):
                    group.start_soon(asked, ours, server)
    assert (len(server.asked), server.connections) == (12, 4)


async def test_a_lane_whose_connection_was_cut_or_left_alone_serves_again() -> None:
    async with (
        serving(in_turn(Reply(fault="reset"), Reply(fault="hang"), as_json({"a": 1}))) as server,
        aclosing(lanes()) as ours,
    ):
        with pytest.raises(httpx.TransportError):
            await asked(ours, server)
        with anyio.move_on_after(0.1) as left:
            await asked(ours, server)
        assert left.cancelled_caught
        assert await asked(ours, server) == b'{"a": 1}'
    assert server.connections == 3
