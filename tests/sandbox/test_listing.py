"""Plain lists, and runs of pages by cursor."""

import re
from itertools import pairwise

import pytest

from tests.sandbox.people import add_members, created, group, patch, person
from tests.sandbox_process import running_sandbox

PEOPLE = 230


@pytest.fixture(scope="module")
def crowd(scim):
    return [created(scim, "/Users", person()) for _ in range(PEOPLE)]


@pytest.fixture(scope="module")
def team(scim, crowd):
    team_id = created(scim, "/Groups", group())
    for begin in range(0, 150, 75):
        assert patch(scim, f"/Groups/{team_id}", add_members(*crowd[begin : begin + 75])).status_code == 204
    return team_id


def pages(scim, path, **query):
    """All pages by cursor."""
    page = scim.get(f"{path}?cursor", params=None).json() if not query else None
    page = page or scim.get(path, params={"cursor": "", **query}).json()
    yield page
    while "nextCursor" in page:
        page = scim.get(path, params={**query, "cursor": page["nextCursor"]}).json()
        yield page


def test_a_plain_list_ends_at_a_hundred_and_counts_only_its_rows(scim, crowd):
    page = scim.get("/Users").json()
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (100, 100, 1)
    assert [user["id"] for user in page["Resources"]] == crowd[:100]
    assert "nextCursor" not in page
    assert page["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]


def test_cursors_lead_through_everybody_once(scim, crowd):
    run = list(pages(scim, "/Users"))
    assert [page["itemsPerPage"] for page in run] == [100, 100, 30]
    assert [user["id"] for page in run for user in page["Resources"]] == crowd
    assert all("totalResults" not in page and "startIndex" not in page for page in run)
    assert all(re.fullmatch("[-a-zA-Z0-9+=/:_]+", page["nextCursor"]) for page in run[:-1])


def test_a_filtered_run_of_smaller_pages(scim, crowd, team):
    run = list(pages(scim, "/Users", filter=f'groups.value eq "{team}"', count="40"))
    assert [page["itemsPerPage"] for page in run] == [40, 40, 40, 30]
    assert [user["id"] for page in run for user in page["Resources"]] == crowd[:150]


def test_an_exact_last_page_has_no_cursor(scim, crowd, team):
    run = list(pages(scim, "/Users", filter=f'groups.value eq "{team}"', count="75"))
    assert [page["itemsPerPage"] for page in run] == [75, 75]


def test_a_cursor_belongs_to_its_filter(scim, crowd, team):
    cursor = scim.get("/Users?cursor").json()["nextCursor"]
    for path, query in (("/Users", {"filter": f'groups.value eq "{team}"'}), ("/Groups", {})):
        assert scim.get(path, params={"cursor": cursor, **query}).status_code == 400


@pytest.mark.parametrize("cursor", ["x", "====", "MTIz", "é", "a.b"])
def test_a_cursor_nobody_gave_out_is_refused(scim, cursor):
    assert scim.get("/Users", params={"cursor": cursor}).status_code == 400


@pytest.mark.parametrize("count", ["0", "-1", "101", "many", "", "1.5"])
def test_counts_out_of_range_are_refused(scim, count):
    assert scim.get("/Users", params={"count": count}).status_code == 400


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_paging_by_index_is_refused_and_exclusions_are_ignored(scim, path):
    assert scim.get(path, params={"startIndex": "101"}).status_code == 400
    assert scim.get(path, params={"startIndex": "1", "excludedAttributes": "members"}).status_code == 200


def test_groups_in_lists_have_empty_members_and_alone_none(scim, team):
    listed = [group for page in pages(scim, "/Groups") for group in page["Resources"] if group["id"] == team]
    assert [group["members"] for group in listed] == [[]]
    assert "members" not in scim.get(f"/Groups/{team}").json()


@pytest.mark.slow
def test_cursors_survive_creations_and_deletions():
    with running_sandbox() as sandbox, sandbox.client() as scim:
        people = [created(scim, "/Users", person()) for _ in range(9)]
        run = pages(scim, "/Users", count="3")
        seen = [user["id"] for user in next(run)["Resources"]]
        scim.delete(f"/Users/{people[1]}")
        scim.delete(f"/Users/{people[4]}")
        late = created(scim, "/Users", person())
        seen += [user["id"] for page in run for user in page["Resources"]]
        assert seen == [*people[:4], *people[5:], late]


@pytest.mark.slow
def test_short_pages_lose_nobody():
    with running_sandbox("--faults", "100", "--fault-kinds", "short-page") as sandbox, sandbox.client() as scim:
        people = [created(scim, "/Users", person()) for _ in range(23)]
        run = list(pages(scim, "/Users", count="10"))
        assert [page["itemsPerPage"] for page in run] == [5, 5, 5, 5, 3]
        assert [user["id"] for page in run for user in page["Resources"]] == people
        assert all(first["nextCursor"] != second.get("nextCursor") for first, second in pairwise(run))
        assert scim.get("/Users", params={"count": "10"}).json()["itemsPerPage"] == 10
        assert sandbox.requests()["faults"] == {"short-page": 5}
