"""How long the rest takes: from the pace of each API operation, not from how it went so far."""

from tests.provisioning.changes import add_members, create_group, create_user, disable_user
from wizard.flow.runs.time_left import TimeLeft
from wizard.progress import RequestMade
from wizard.provisioning.change import Change
from wizard.scim.resource import Known


def people(count: int) -> list[Change]:
    return [create_user(str(n), f"P{n}", {}) for n in range(count)]


def request(operation: str, rate: float, seconds: float = 0.05) -> RequestMade:
    return RequestMade(operation, 200, seconds, rate=rate)


def test_nothing_is_known_before_a_write_was_answered() -> None:
    left = TimeLeft(people(100))
    assert left.seconds() is None
    left.heard(request("GET /Users", 40))
    assert left.seconds() is None
    left.heard(RequestMade("POST /Users", 0, 30.0))
    assert left.seconds() is None


def test_the_estimate_uses_the_current_rate() -> None:
    made = people(1000)
    left = TimeLeft(made)
    left.heard(request("POST /Users", 25))
    assert left.seconds() == 40
    for one in made[:500]:
        left.ended(one)
    assert left.seconds() == 20
    left.heard(request("POST /Users", 5))
    assert left.seconds() == 100


def test_kinds_run_side_by_side_and_groups_come_behind_people() -> None:
    members = [add_members("g", "G", "g", (Known("u"),)) for _ in range(30)]
    left = TimeLeft([*people(100), disable_user("x", "X", "id"), create_group("h", "H", {}), *members])
    left.heard(request("POST /Users", 10))
    left.heard(request("PATCH /Groups/{id}", 3))
    assert left.seconds() == 10 + 10


def test_a_slow_service_takes_its_time_whatever_pacing_allows() -> None:
    left = TimeLeft(people(240))
    left.heard(request("POST /Users", 1000, seconds=1.0))
    assert left.seconds() == 10
