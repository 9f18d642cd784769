"""Any sequence of confirmed operations leaves the links that a plain dict of them says."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.provisioning.changes import (
    add_members,
    create_group,
    create_user,
    delete_group,
    delete_user,
    remove_members,
    update_group,
    update_user,
    words,
)
from tests.storage.conftest import JOB_ID, TENANT
from wizard.provisioning.change import Change
from wizard.provisioning.ledger import Confirmed, Link
from wizard.scim.resource import Known, Planned
from wizard.storage.journal import Journal
from wizard.storage.paths import Home

Model = dict[tuple[str, str], Link]

ids = st.sampled_from("abc")
values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.booleans(),
    st.lists(st.text("xyz", max_size=2), max_size=2).map(tuple),
    st.builds(Known, ids),
    st.builds(Planned, ids),
)
resources = st.dictionaries(st.sampled_from(["userName", "title", 'emails[type eq "work"].value']), values)
member_ids = st.frozensets(ids)
users = st.builds(Link, st.just("user"), ids, ids, st.just("L"), resources, not_kept=resources)
groups = st.builds(Link, st.just("group"), ids, ids, st.just("L"), resources, member_ids)

steps = st.one_of(
    users.map(lambda link: (create_user(link.source_id, "L", {}), Confirmed(link))),
    users.map(lambda link: (update_user(link.source_id, "L", "id", {}, {}), Confirmed(link))),
    groups.map(lambda link: (create_group(link.source_id, "L", {}), Confirmed(link))),
    groups.map(lambda link: (update_group(link.source_id, "L", "id", {}, {}), Confirmed(link))),
    ids.map(lambda one: (delete_user(one, "L", "id", {}), Confirmed(forget=("user", one)))),
    ids.map(lambda one: (delete_group(one, "L", "id", {}), Confirmed(forget=("group", one)))),
    st.tuples(ids, member_ids).map(
        lambda one: (add_members(one[0], "L", "id", ()), Confirmed(members_added=tuple(one[1])))
    ),
    st.tuples(ids, member_ids).map(
        lambda one: (remove_members(one[0], "L", "id", ()), Confirmed(members_removed=tuple(one[1])))
    ),
    users.map(lambda link: (create_user(link.source_id, "L", {}), None)),
)


def expected(done: list[tuple[Change, Confirmed | None]]) -> Model:
    """What the links are, told with nothing but a dict and sets."""
    links: Model = {}
    members: dict[str, frozenset[str]] = {}
    for operation, confirmed in done:
        if confirmed is None:
            continue
        if confirmed.forget is not None:
            kind, source_id = confirmed.forget
            links.pop((kind, source_id), None)
            if kind == "group":
                members.pop(source_id, None)
            else:
                members = {group: those - {source_id} for group, those in members.items()}
        if confirmed.link is not None:
            links[confirmed.link.kind, confirmed.link.source_id] = confirmed.link
            if words(operation) == "create group":
                members[operation.source_id] = confirmed.link.members
        changed = members.get(operation.source_id, frozenset()) | set(confirmed.members_added)
        if words(operation) in ("add-members", "remove-members"):
            members[operation.source_id] = changed - set(confirmed.members_removed)
    return {
        key: replace(link, members=members.get(link.source_id, frozenset())) if link.kind == "group" else link
        for key, link in links.items()
    }


def in_a_journal(use: Callable[[Home], None]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        use(Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder)}))
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(done=st.lists(steps, max_size=25), parts=st.integers(1, 4))
def test_the_links_are_what_was_confirmed(done: list[tuple[Change, Confirmed | None]], parts: int) -> None:
    async def write(journal: Journal, some: list[tuple[Change, Confirmed | None]]) -> None:
        for operation, confirmed in some:
            journal.end(await journal.begin(operation, ()), confirmed)

    def use(home: Home) -> None:
        size = len(done) // parts + 1
        for start in range(0, len(done), size):  # in several processes' lives, so to say
            with Journal.open(home, JOB_ID, TENANT) as journal:
                anyio.run(write, journal, done[start : start + size])
        with Journal.open(home, JOB_ID, TENANT) as journal:
            assert journal.links() == expected(done)
            assert journal.in_doubt() == ()

    in_a_journal(use)
