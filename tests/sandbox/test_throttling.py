"""Limits: a bucket for each operation, one for memberships."""

import pytest

from tests.sandbox.people import add_members, created, group, patch, person
from tests.sandbox_process import running_sandbox
from wizard.sandbox.errors import Refusal
from wizard.sandbox.throttling import Bucket, Throttle


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
