import pytest

from tests.provisioning.company import World, directory, group, person

pytestmark = pytest.mark.anyio


async def test_first_run_then_nothing():
    world = World()
    snapshot = directory(
        [person("ada", manager="bo"), person("bo"), person("cy", jobTitle="Cook")], group("g", "ada", "cy")
    )
    report = await world.run(snapshot)
    assert report.users.created == 3
    assert (report.groups.created, report.added) == (1, 2)
    assert report.failed == 0
    assert world.session.writes == 4
    for full in (True, False):
        again = await world.plan(snapshot, full=full)
        assert again.operations == ()
        assert (again.unchanged.users, again.unchanged.groups, again.unchanged.memberships) == (3, 1, 2)
