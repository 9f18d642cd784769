"""What outlives a sandbox, and what it does with a file that is none of its own."""

import json
import time

import anyio
import pytest

from tests.sandbox.people import add_members, created, group, patch, person
from tests.sandbox_process import running_sandbox, start_sandbox
from wizard.sandbox.state_file import DELAY, StateKeeper, StateUnreadable, load
from wizard.sandbox.store import Store


@pytest.mark.slow
def test_people_groups_and_the_tenant_outlive_it(tmp_path):
    file = tmp_path / "state.json"
    with running_sandbox("--state", str(file)) as first, first.client() as scim:
        people = [created(scim, "/Users", person()) for _ in range(3)]
        team = created(scim, "/Groups", group(members=[{"value": people[0]}]))
        patch(scim, f"/Groups/{team}", add_members(people[2]))
        scim.delete(f"/Users/{people[1]}")
        before = first.state()
    assert [left.name for left in tmp_path.iterdir()] == ["state.json"]
    with running_sandbox("--state", str(file)) as second, second.client() as scim:
        after = second.state()
        assert {**after, "requests": 0} == {**before, "requests": 0}
        assert second.token != first.token
        assert second.tenant_url.split("/")[3:] == first.tenant_url.split("/")[3:]
        assert scim.get("/Users", params={"filter": f'groups.value eq "{team}"'}).json()["totalResults"] == 2
        assert scim.post("/Users", json=person(userName=before["users"][0]["userName"])).status_code == 409
        late = created(scim, "/Users", person())
        assert [user["id"] for user in scim.get("/Users").json()["Resources"]] == [people[0], people[2], late]


@pytest.mark.slow
def test_changes_are_on_disk_within_a_second_whatever_happens_then(tmp_path):
    file = tmp_path / "state.json"
    sandbox = start_sandbox("--state", str(file))
    with sandbox.client() as scim:
        user = created(scim, "/Users", person())
        until = time.monotonic() + 5
        while time.monotonic() < until and not (file.exists() and user in file.read_text()):
            time.sleep(0.05)
    sandbox.process.kill()
    sandbox.process.wait(10)
    sandbox.process.stdin.close()
    sandbox.process.stdout.close()
    assert [known["id"] for known in json.loads(file.read_text())["users"]] == [user]


def test_the_tenant_is_kept_even_when_nobody_asked_anything(tmp_path):
    file = tmp_path / "state.json"
    with running_sandbox("--state", str(file)) as first:
        pass
    assert json.loads(file.read_text())["tenantId"] in first.tenant_url


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"version": 2}',
        '{"version": 1, "tenantId": "t", "storeId": "s", "users": [{}], "groups": []}',
        '{"version": 1, "tenantId": "t", "storeId": "s", "users": [], "groups": [{"id": "g", "members": ["x"]}]}',
    ],
)
def test_a_damaged_file_is_named_and_left_alone(tmp_path, content):
    file = tmp_path / "state.json"
    file.write_text(content)
    with pytest.raises(StateUnreadable, match=r"state\.json is damaged"):
        load(file)
    assert file.read_text() == content


def test_a_folder_is_no_state_file(tmp_path):
    with pytest.raises(StateUnreadable, match="cannot be read"):
        load(tmp_path)


@pytest.mark.anyio
async def test_the_newest_content_is_on_disk_after_closing_during_an_older_write(tmp_path):
    file = tmp_path / "state.json"
    store = Store("abc", "0123456789")
    keeper = StateKeeper(store, file)
    for number in range(3000):
        store.create_user({"userName": f"u{number}"})
    keeper.changed()
    await anyio.sleep(DELAY + 0.01)
    store.create_user({"userName": "last"})
    keeper.changed()
    await keeper.close()
    assert len(load(file).users) == 3001
    assert [left.name for left in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_file_that_cannot_be_written_is_reported_at_the_end(tmp_path, capsys):
    keeper = StateKeeper(Store("abc", "0123456789"), tmp_path / "no-such-folder" / "state.json")
    keeper.changed()
    await anyio.sleep(DELAY + 0.3)
    assert "could not be written" in capsys.readouterr().err
    with pytest.raises(FileNotFoundError):
        await keeper.close()
