"""Throttling and faults on request, as a client meets them."""

import time
from collections import Counter
from random import Random

import httpx
import pytest

from tests.sandbox.people import add_members, created, group, patch, person
from tests.sandbox_process import running_sandbox
from wizard.sandbox.errors import Refusal
from wizard.sandbox.faults import DEFAULT_FAULT_KINDS, FAULT_KINDS, Bucket, Faults, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_one_second_and_fills_steadily():
    clock = Clock()
    bucket = Bucket(10, clock)
    assert [bucket.take(1) for _ in range(12)] == [True] * 10 + [False] * 2
    clock.now += 0.25
    assert [bucket.take(1) for _ in range(3)] == [True, True, False]
    clock.now += 60
    assert sum(bucket.take(1) for _ in range(30)) == 10


def test_more_than_a_bucket_holds_is_lent():
    clock = Clock()
    bucket = Bucket(10, clock)
    assert bucket.take(30)
    clock.now += 2.9
    assert not bucket.take(10)
    clock.now += 0.2
    assert bucket.take(1)


def test_a_rate_below_one_a_second_lets_something_through():
    clock = Clock()
    bucket = Bucket(0.5, clock)
    assert [bucket.take(1), bucket.take(1)] == [True, False]
    clock.now += 2
    assert bucket.take(1)


def test_operations_do_not_share_a_bucket():
    throttle = Throttle(writes=1, reads=2, members=None, clock=Clock())
    throttle.admit("POST /Users")
    throttle.admit("PATCH /Users/{id}")
    throttle.admit("GET /Users")
    throttle.admit("GET /Users")
    for operation in ("POST /Users", "GET /Users"):
        with pytest.raises(Refusal) as refusal:
            throttle.admit(operation)
        assert refusal.value.status == 429
    throttle.admit_members(1000)


@pytest.mark.slow
def test_writes_above_the_limit_get_429():
    with running_sandbox("--write-tps", "5", "--read-tps", "400") as sandbox, sandbox.client() as scim:
        statuses = [scim.post("/Users", json=person()).status_code for _ in range(20)]
        assert statuses[:5] == [201] * 5
        assert 8 <= statuses.count(429) <= 15
        refused = scim.post("/Users", json=person())
        assert refused.status_code == 429
        assert "retry-after" not in refused.headers
        assert [scim.get("/Users").status_code for _ in range(20)] == [200] * 20
        requests = sandbox.requests()
        assert requests["throttled"] == statuses.count(429) + 1
        assert len(sandbox.state()["users"]) == statuses.count(201)


@pytest.mark.slow
def test_memberships_have_a_limit_of_their_own():
    with running_sandbox("--member-tps", "10") as sandbox, sandbox.client() as scim:
        people = [created(scim, "/Users", person()) for _ in range(15)]
        team = created(scim, "/Groups", group(members=[{"value": user} for user in people[:10]]))
        assert patch(scim, f"/Groups/{team}", add_members(*people[10:])).status_code == 429
        rename = {"op": "replace", "path": "displayName", "value": "Renamed"}
        assert patch(scim, f"/Groups/{team}", rename).status_code == 204
        assert sandbox.state()["groups"][0]["members"] == people[:10]


def draws(percent, kinds=DEFAULT_FAULT_KINDS, seed=1, pages=True, number=4000):
    faults = Faults(percent, kinds, Random(seed))
    return [faults.draw(pages) for _ in range(number)]


def test_as_many_as_asked_for_of_every_kind():
    met = Counter(draws(20))
    assert 0.17 < 1 - met[None] / 4000 < 0.23
    assert set(met) == {None, *DEFAULT_FAULT_KINDS}
    assert set(FAULT_KINDS) - set(DEFAULT_FAULT_KINDS) == {"token-expiry"}
    assert set(draws(0)) == {None}


def test_the_same_seed_gives_the_same_faults():
    assert draws(30, seed=7) == draws(30, seed=7) != draws(30, seed=8)


def test_short_pages_need_pages():
    assert set(draws(100, ("short-page",), pages=False)) == {None}
    assert "short-page" not in draws(100, pages=False)


def attempt(kind, **options):
    """Create one person under a fault; the answer or what was raised, and who is there afterwards."""
    with running_sandbox("--faults", "100", "--fault-kinds", kind) as sandbox, sandbox.client() as scim:
        try:
            answer = scim.post("/Users", json=person())
        except httpx.TransportError as error:
            answer = error
        return answer, sandbox.state()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "retry_after"), [("429", None), ("429-retry-after", "1")])
def test_refused_for_the_rate(kind, retry_after):
    answer, state = attempt(kind)
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, retry_after)
    assert answer.json()["status"] == "429"
    assert state["users"] == []
    assert state["requests"]["throttled"] == 1


@pytest.mark.slow
def test_an_error_of_the_service():
    answer, state = attempt("500")
    assert (answer.status_code, answer.json()["status"]) == (500, "500")
    assert state["users"] == []


@pytest.mark.slow
def test_an_error_of_a_gateway():
    answer, state = attempt("502-html")
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<html>")
    assert state["users"] == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "people"), [("reset-before", 0), ("reset-after", 1)])
def test_the_connection_is_cut(kind, people):
    answer, state = attempt(kind)
    assert isinstance(answer, httpx.ReadError | httpx.RemoteProtocolError)
    assert len(state["users"]) == people
    assert state["requests"]["byStatus"] == {"0": 1}


@pytest.mark.slow
def test_a_slow_answer_comes_whole():
    begun = time.monotonic()
    answer, state = attempt("slow")
    assert time.monotonic() - begun > 1.4
    assert answer.status_code == 201
    assert len(state["users"]) == 1


@pytest.mark.slow
def test_an_expired_token_stays_expired_until_renewed():
    options = ("--faults", "50", "--fault-kinds", "token-expiry", "--seed", "22")
    with running_sandbox(*options) as sandbox, sandbox.client() as scim:
        assert [scim.get("/Users").status_code for _ in range(5)] == [200, 401, 401, 401, 401]
        assert sandbox.requests()["faults"] == {"token-expiry": 1}
        sandbox.renew_token()
        assert scim.get("/Users").status_code == 200


@pytest.mark.slow
def test_the_server_continues_after_many_faults():
    with running_sandbox(
        "--faults", "40", "--seed", "3", "--fault-kinds", "reset-before,reset-after,500"
    ) as sandbox:
        landed = 0
        with sandbox.client() as scim:
            for _ in range(60):
                try:
                    landed += scim.post("/Users", json=person()).status_code == 201
                except httpx.TransportError:
                    continue
        state = sandbox.state()
        assert landed < len(state["users"]) < 60
        assert state["requests"]["mostInFlight"] == 1
        assert sum(state["requests"]["faults"].values()) + landed == 60
