"""The made-up company holds exactly the troubles it says it holds."""

import json
from collections import Counter

import anyio

from wizard.assets import asset
from wizard.aws.rules import violations
from wizard.mapping.attribute_mapping import default_mappings
from wizard.mapping.resources import Table
from wizard.progress import ignore_event
from wizard.sources.catalogue import open_source

SNAPSHOT = anyio.run(open_source("sample").read, ignore_event)
TROUBLES = json.loads(asset("sample", "troubles.json").read_text(encoding="utf-8"))


def test_size() -> None:
    assert len(SNAPSHOT.users) + len(SNAPSHOT.problems) == 64
    assert len(SNAPSHOT.groups) == 8
    assert [user.label for user in SNAPSHOT.users if not user.enabled] == ["Walter Brandstätter"]
    assert [group.nested for group in SNAPSHOT.groups if group.nested] == [("Engineering / Optics",)]


def test_one_person_is_at_the_top_and_everyone_below() -> None:
    bosses = {user.id: user.text("manager") for user in SNAPSHOT.users}
    assert [user.label for user in SNAPSHOT.users if not bosses[user.id]] == ["Ingrid Halvorsen"]
    for person in bosses:
        chain = [person]
        while bosses[chain[-1]]:
            chain.append(bosses[chain[-1]])
            assert len(chain) < 6


def test_the_troubled_are_those_who_are_named() -> None:
    found: dict[str, tuple[str, str]] = {}
    names = Counter(user.text("userPrincipalName").casefold() for user in SNAPSHOT.users)
    table = Table(default_mappings().users)
    for user in SNAPSHOT.users:
        for violation in violations("user", table.user(user).resource):
            assert user.id not in found, violation
            found[user.id] = (violation.rule, violation.path)
        if names[user.text("userPrincipalName").casefold()] > 1:
            found[user.id] = ("duplicate-value", "userName")
    for problem in SNAPSHOT.problems:
        found[problem.source_id] = ("row-problem", problem.column)
    assert found == {one["id"]: (one["rule"], one["target"]) for one in TROUBLES}


def test_the_readme_names_every_trouble() -> None:
    text = asset("sample", "README.md").read_text(encoding="utf-8")
    labels = [one["label"] for one in TROUBLES if "@" not in one["label"]]
    assert len(labels) == len(TROUBLES) == 12
    assert all(label in text for label in (*labels, "Henrike Osterloh"))


def test_inspection() -> None:
    inspection = anyio.run(open_source("sample").inspect)
    assert inspection.recognised_as.code == "export-sample"
    assert inspection.identity == "objectId"
