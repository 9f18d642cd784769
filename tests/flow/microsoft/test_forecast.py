"""Where a forecast can be wrong: for everyone, and for one person or group."""

from dataclasses import replace
from typing import Any

import pytest

from wizard.directory import DirectoryGroup, DirectoryUser
from wizard.flow.microsoft.forecast import caveats, caveats_of_one
from wizard.flow.microsoft.models import Forecast
from wizard.flow.steps.session import new_draft
from wizard.provisioning.change import Action, Change
from wizard.provisioning.job import EntraChoice, SourceChoice
from wizard.provisioning.plan import Plan, Unchanged

JOB = replace(new_draft(), engine="entra", source=SourceChoice("entra", entra=EntraChoice(nested=True)))

PLAN = Plan((), (), (), Unchanged(), (), (), (), 0, "2026-11-30T10:00:00Z")


def person(name: str) -> DirectoryUser:
    return DirectoryUser("1", True, {"displayName": name})


def update(before: str, after: str) -> Change:
    return Change("user", Action.UPDATE, "1", "Ann", before={"displayName": before}, after={"displayName": after})


@pytest.mark.parametrize(
    ("thing", "changes", "codes"),
    [
        (person("Ann Lee"), (), ["forecast-late"]),
        (person("Zoë Ångström"), (), ["forecast-matching-one", "forecast-late"]),
        (person("Ann Lee"), (update("Ann lee", "Ann Lee"),), ["forecast-case-only", "forecast-late"]),
        (person("Ann Lee"), (update("Ann Lee", "Ann Li"),), ["forecast-late"]),
        (DirectoryGroup("1", {"displayName": "Staff"}), (), ["forecast-late", "forecast-nested"]),
    ],
)
def test_the_forecast_of_one_says_nothing_about_others(thing: Any, changes: Any, codes: list[str]) -> None:
    plan = replace(PLAN, changes=changes)
    made = Forecast(plan, caveats(JOB, had_links=False))
    assert "forecast-leavers-unknown" in {each.code for each in made.caveats}
    assert [each.code for each in caveats_of_one(made, thing)] == codes
