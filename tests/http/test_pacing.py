"""The pace against services whose limits we know, on a clock of our own."""

import heapq
import random
from dataclasses import dataclass

import anyio
import pytest

from wizard.http.pacing import ADAPTIVE_PACING, AWS_PACING, FEWEST_IN_FLIGHT, Bucket, Pacer, Pacing
from wizard.http.retry import limit_used_of


@dataclass(frozen=True, slots=True)
class Course:
    seconds: float
    refused: int
    bucket: Bucket
    sent_at: tuple[float, ...]


def course(
    bucket: Bucket,
    requests: int,
    limit: float | None,
    chance: float = 0.0,
    retry_after: float | None = None,
    seed: int = 1,
    latency: float = 0.02,
) -> Course:
    """Send until everything is done, ten in flight, to a service with a bucket of one second's worth."""
    luck = random.Random(seed)
    now, last, level = 100.0, 100.0, limit or 0.0
    flying: list[tuple[float, int, float, bool]] = []
    sent: list[float] = []
    done, left, refused = 0, requests, 0
    while done < requests:
        while left and len(flying) < 10 and bucket.due(now) <= 1e-9:
            bucket.take(now)
            left, bad = left - 1, luck.random() < chance
            if limit is not None:
                level, last = min(limit, level + (now - last) * limit), now
                bad, level = (True, level) if level < 1 else (bad, level - 1)
            sent.append(now)
            heapq.heappush(flying, (now + latency, len(sent), now, bad))
        waits = [flying[0][0]] if flying else []
        if left and len(flying) < 10:
            waits.append(now + max(bucket.due(now), 1e-6))
        now = min(waits)
        while flying and flying[0][0] <= now:
            _, _, sent_at, bad = heapq.heappop(flying)
            if bad:
                refused, left = refused + 1, left + 1
                bucket.throttled(now, sent_at, retry_after)
            else:
                done += 1
                bucket.answered(now, sent_at)
    return Course(now - 100.0, refused, bucket, tuple(sent))


def most_in_a_second(times: tuple[float, ...]) -> int:
    return max(sum(1 for t in times if start <= t < start + 1.0) for start in times)


def known(rate: float) -> Bucket:
    return Bucket(rate, adaptive=False, jitter=lambda: 0.5)


def found_out() -> Bucket:
    return Bucket(ADAPTIVE_PACING.writes, adaptive=True, jitter=lambda: 0.5)


def test_known_limits_are_used_up_and_never_broken() -> None:
    ran = course(known(AWS_PACING.writes), 500, limit=25)
    assert ran.refused == 0
    assert ran.seconds < 500 / 25 * 1.02
    assert most_in_a_second(ran.sent_at) <= 28


def test_a_known_limit_is_never_gone_beyond_after_a_429() -> None:
    ran = course(known(25), 600, limit=None, chance=0.01)
    assert ran.bucket.rate <= 25
    assert most_in_a_second(ran.sent_at) <= 28


def test_the_rate_adapts_when_another_client_uses_half_of_the_limit() -> None:
    ran = course(known(25), 500, limit=12.5)
    assert ran.seconds < 500 / 12.5 * 1.1
    assert ran.refused < 50


@pytest.mark.parametrize("limit", [5.0, 10.0, 25.0, 100.0, 400.0])
def test_an_unknown_limit_is_found(limit: float) -> None:
    requests = int(min(2000, limit * 40))
    ran = course(found_out(), requests, limit)
    assert ran.seconds < requests / limit * 1.25
    assert ran.refused <= requests * 0.1


def test_without_a_limit_the_pace_doubles_until_latency_is_the_limit() -> None:
    ran = course(found_out(), 2000, None)
    assert ran.refused == 0
    assert ran.seconds < 2000 / 500 + 2.5


def test_a_pace_that_is_not_used_up_proves_nothing() -> None:
    bucket = found_out()
    for second in range(20):
        bucket.take(100.0 + second)
        bucket.answered(100.1 + second, 100.0 + second)
    assert bucket.rate == ADAPTIVE_PACING.writes


@pytest.mark.parametrize("seed", range(5))
def test_a_rare_429_by_chance_does_not_cripple_the_run(seed: int) -> None:
    ran = course(found_out(), 1000, limit=25, chance=0.01, seed=seed)
    assert ran.seconds < 1000 / 25 * 1.2


def test_retry_after_holds_the_whole_bucket() -> None:
    bucket = known(25)
    bucket.take(100.0)
    bucket.take(100.0)
    assert bucket.throttled(100.1, 100.0, 3.0) == pytest.approx(3.0)
    assert bucket.due(100.2) == pytest.approx(2.9)
    # An answer that was on its way meanwhile does not lift the pause, and a later Retry-After prolongs it.
    bucket.answered(100.3, 100.0)
    assert bucket.throttled(100.4, 100.0, 5.0) == pytest.approx(5.0)
    assert bucket.due(104.0) == pytest.approx(1.4)


def test_many_429s_of_one_moment_cut_once() -> None:
    bucket = known(25)
    bucket.throttled(100.1, 100.0, None)
    rate = bucket.rate
    for _ in range(9):
        bucket.throttled(100.12, 100.05, None)
    assert bucket.rate == rate


def test_429_after_429_waits_longer_and_longer() -> None:
    bucket, now, waits = known(25), 100.0, []
    for _ in range(5):
        waits.append(bucket.throttled(now + 0.02, now, None))
        now += 0.02 + waits[-1]
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]
    assert waits[-1] <= 8.0


def test_after_a_rest_only_a_tenth_of_a_second_is_caught_up() -> None:
    bucket = known(25)
    bucket.take(100.0)
    burst = 0
    while bucket.due(200.0) == 0.0:
        bucket.take(200.0)
        burst += 1
    assert burst <= 4


@pytest.mark.parametrize("limit", [5.0, 10.0, 25.0])
def test_a_limit_that_was_found_is_rarely_run_into_again(limit: float) -> None:
    ran = course(found_out(), 1000, limit)
    assert ran.refused < 0.025 * (1000 + ran.refused)
    assert ran.seconds < 1000 / limit * 1.05


@pytest.mark.anyio
async def test_a_pause_that_begins_while_one_waits_for_a_place_is_kept() -> None:
    pacer = Pacer(Pacing(2000, 2000, adaptive=False))
    left: dict[str, float] = {}
    free = anyio.Event()

    async def hold() -> None:
        async with pacer.turn("GET /Groups", write=False):
            await free.wait()

    async def send(operation: str) -> None:
        async with pacer.turn(operation, write=False):
            left[operation] = anyio.current_time() - freed

    async with anyio.create_task_group() as tasks:
        for _ in range(FEWEST_IN_FLIGHT):
            tasks.start_soon(hold)
        await anyio.sleep(0.05)
        tasks.start_soon(send, "GET /Users")
        await anyio.sleep(0.05)
        pacer._queue("GET /Users", write=False).bucket.throttled(anyio.current_time(), anyio.current_time(), 0.5)
        tasks.start_soon(send, "POST /Users")
        freed = anyio.current_time()
        free.set()
    assert left["GET /Users"] >= 0.45, "it was paused while it waited"
    assert list(left) == ["POST /Users", "GET /Users"]


@pytest.mark.anyio
async def test_a_page_of_a_list_goes_before_requests_that_wait_for_no_other() -> None:
    pacer = Pacer(Pacing(40, 40, adaptive=False))
    left: list[str] = []

    async def send(name: str, is_page: bool = False) -> None:
        async with pacer.turn("GET /Users", False, is_page):
            left.append(name)

    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(send, str(number))
        await anyio.sleep(0.05)
        before = len(left)
        tasks.start_soon(send, "page", True)
    assert left.index("page") <= before + 2
    assert [name for name in left if name != "page"] == [str(number) for number in range(40)]


@pytest.mark.anyio
async def test_it_tells_how_fast_each_operation_may_go_now() -> None:
    pacer = Pacer(Pacing(writes=25.0, reads=40.0, adaptive=True))
    assert pacer.rate("POST /Users", True) == 25.0
    assert pacer.rate("GET /Users", False) == 40.0
    async with pacer.turn("POST /Users", True) as turn:
        turn.throttled(None)
    assert pacer.rate("POST /Users", True) < 25.0
    assert pacer.rate("PATCH /Users/{id}", True) == 25.0


def test_a_service_that_nears_its_limit_is_asked_less_before_it_says_429() -> None:
    bucket = Bucket(100.0, adaptive=True)
    now = 10.0
    for _ in range(200):
        bucket.take(now)
        now += 1 / bucket.rate
        bucket.answered(now, now, limit_used=0.9)
    eased = bucket.rate
    assert 70 < eased < 90, "a tenth less each second, not with each answer"
    bucket.answered(now + 1, now, limit_used=1.2)
    assert bucket.rate == pytest.approx(eased * 0.7)
    for _ in range(3000):
        bucket.take(now)
        now += 1 / bucket.rate
        bucket.answered(now, now)
    assert bucket.rate > eased, "and more again once it says nothing"


@pytest.mark.parametrize(
    ("told", "share"), [("0.8", 0.8), ("1.8", 1.8), ("", 0), ("much", 0), ("nan", 0), ("-1", 0)]
)
def test_what_a_service_tells_of_its_limit(told: str, share: float) -> None:
    assert limit_used_of(told) == share
