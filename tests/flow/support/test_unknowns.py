"""Open questions about AWS and Microsoft: on which pages they are shown, and when they are answered."""

import json
from dataclasses import replace
from typing import Any

import pytest

from wizard import messages
from wizard.aws.session_tags import AccessAttribute
from wizard.errors import Message
from wizard.flow.steps.session import new_draft
from wizard.flow.steps.steps import STEPS
from wizard.flow.support.first_tenant import ANSWERS
from wizard.flow.support.observing import FOLDER, Seen, load_all
from wizard.flow.support.unknowns import UNKNOWNS, unknowns_of
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter
from wizard.provisioning.job import EntraChoice, Job, Scope, SignOnChoice, SourceChoice, TargetChoice
from wizard.storage.paths import Home
from wizard.ui import unknowns as shown

JOBS = "/servicePrincipals/{id}/synchronization/jobs"


def microsofts(**parts: Any) -> Job:
    return replace(new_draft(), **{"engine": "entra", "source": SourceChoice("entra"), **parts})


def own(url: str = "https://scim.eu-central-1.amazonaws.com/a/scim/v2") -> Job:
    return replace(new_draft(), target=TargetChoice(url))


def codes(step: str, job: Job, *seen: str) -> tuple[str, ...]:
    answers = {key: Seen(1, shape=("value[].key:string",), headers=("retry-after",)) for key in seen}
    return tuple(message.code for message in unknowns_of(step, job, answers))


def test_every_unknown_has_a_page_that_looks_for_it_a_question_and_two_sentences() -> None:
    steps = {step.id for step in STEPS}
    assert {page for each in UNKNOWNS for page in each.pages} == set(shown.STEPS) <= steps
    for each in UNKNOWNS:
        assert set(each.answers) <= set(ANSWERS)
        assert messages.title(Message(each.code))
        assert messages.advice(Message(each.code))


@pytest.mark.parametrize(
    ("step", "job", "code"),
    [
        ("aws", microsofts(target=TargetChoice("https://scim.eu-central-1.api.aws/a/scim/v2")), "dual-stack"),
        ("settings", microsofts(), "group-leaves"),
        ("settings", own(), "retry-after"),
        ("attributes", own(), "characters"),
        ("attributes", microsofts(), "default-mapping"),
        ("preview", microsofts(), "saved-endpoint"),
        ("preview", microsofts(source=replace(SourceChoice("entra"), entra=EntraChoice("china"))), "china"),
        ("sign-on", replace(new_draft(), sign_on=SignOnChoice("i", ("a", "b"))), "reply-url"),
        ("sign-on", replace(new_draft(), sign_on=SignOnChoice(attributes=(AccessAttribute("K", "city"),))),
         "tag-precedence"),
        ("scope", microsofts(scope=Scope(user_filter=ScopingFilter((FilterGroup(
            (Clause("mail", Operator.REGEX_MATCH, ".*"),)),)))), "pattern-match"),
    ],
)  # fmt: skip
def test_it_is_shown_where_it_matters(step: str, job: Job, code: str) -> None:
    assert f"unknown-{code}" in codes(step, job)


def test_it_is_not_shown_where_it_does_not_matter() -> None:
    assert codes("aws", microsofts(target=TargetChoice("https://scim.eu-central-1.amazonaws.com/a/scim/v2"))) == ()
    assert codes("sign-on", replace(new_draft(), sign_on=SignOnChoice("i", ("a",)))) == ()
    assert codes("settings", own("http://127.0.0.1:8443/a/scim/v2")) == (), "a sandbox is known"
    assert codes("plan", microsofts()) == codes("run", microsofts()) == codes("scope", microsofts()) == ()
    assert "unknown-group-leaves" not in codes("settings", microsofts(scope=Scope(groups=False)))


def test_what_was_seen_answers_it() -> None:
    job = microsofts()
    assert "unknown-default-mapping" not in codes("preview", job, f"GET {JOBS}/{{id}}/schema 200")
    assert "unknown-default-mapping" in codes("preview", job, f"GET {JOBS}/{{id}}/schema 404")
    secrets = "GET /servicePrincipals/{id}/synchronization/secrets 200"
    assert "unknown-saved-endpoint" not in codes("preview", job, secrets)
    assert codes("settings", own(), "GET /Users 429") == ()
    assert codes("settings", own(), "GET /users 429") == ("unknown-retry-after",), "that is Microsoft"


def test_another_job_of_this_computer_may_have_seen_it(home: Home) -> None:
    home.ready(home.root / FOLDER)
    for job_id, key in (("a", "GET /Users 200"), ("b", "GET /Users 429"), ("c", "GET /Users 200")):
        (home.root / FOLDER / f"{job_id}.json").write_text(json.dumps({key: {"count": 2}}))
    (home.root / FOLDER / "d.json").write_text("{")
    seen = load_all(home, new_draft().id)
    assert {key: each.count for key, each in seen.items()} == {"GET /Users 200": 4, "GET /Users 429": 2}
