"""The first-tenant report: what it tells of a server that differs, and that it holds nobody's values."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.company import company
from tests.program import Program
from tests.sandbox_process import running_sandbox
from wizard.flow.support.first_tenant import NOT_SEEN, QUESTIONS, text
from wizard.flow.support.observing import LOOKED_AT, Collector, Seen, merged
from wizard.http.observation import observation

NAMES = st.sampled_from(
    ["error", "code", "members", "value", "ann@x.example", "0" * 8, "7c1e52d0-1111-4222-8333-444455556666"]
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(min_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=20,
)


@given(BODIES)
def test_an_observation_holds_no_value(body: object) -> None:
    seen = observation("GET /Users", 200, 0.1, {"X-Id": "secret-7", "Content-Type": "application/json; a=b"}, body)
    told = " ".join((*seen.shape, *seen.headers, seen.content_type))
    assert not re.search(r"secret|@x|0000|7c1e", told)
    kinds = {"string", "empty", "star", "number", "boolean", "null", "list", "object"}
    assert all(part.rpartition(":")[2] in kinds for part in seen.shape)


def test_codes_of_the_service_are_kept_and_sentences_are_not() -> None:
    body = {
        "error": {
            "code": "Authorization_RequestDenied",
            "message": "Ann Lee may not",
            "innerError": {"code": "a b"},
        }
    }
    seen = observation("GET /users", 403, 0.1, {}, body)
    assert seen.codes == {"error.code=Authorization_RequestDenied"}


def test_changes_in_an_answer_are_described_by_their_kind_only() -> None:
    sent = {
        "userName": "Ann",
        "nickName": "A",
        "title": "a  b",
        "name": {"givenName": "É"},
        "emails": [{"value": "X"}],
        "x": "",
    }
    body = {
        "userName": "ann",
        "title": "a b",
        "name": {"givenName": "E\u0301"},
        "emails": [{"value": "Y"}],
        "id": "1",
    }
    seen = observation("POST /Users", 201, 0.1, {}, body, sent)
    assert seen.differing == {
        "userName:case",
        "nickName:missing",
        "title:spaces",
        "name.givenName:composition",
        "emails[].value:other",
    }


def test_thousands_of_answers_are_counted_and_few_are_looked_at() -> None:
    collector = Collector()
    wanted = [collector.wants("GET /Users", 200) for _ in range(1000)]
    assert sum(wanted) == LOOKED_AT
    assert collector.seen["GET /Users 200"].count == 1000
    twice = merged(collector.seen["GET /Users 200"], Seen(2, 1.5, ("a",)))
    assert (twice.count, twice.longest, twice.headers) == (1002, 1.5, ("a",))


def test_nothing_seen_answers_nothing_and_never_fails() -> None:
    assert all(question.answer({}) == NOT_SEEN for question in QUESTIONS)
    odd = {f"{verb} /x {status}": Seen(1) for verb in ("GET", "POST") for status in (0, 200, 500)}
    assert text(odd)


@pytest.mark.slow
def test_a_run_against_a_contrary_server_names_the_differences_and_nobody(tmp_path: Path) -> None:
    with running_sandbox("--contrary", "drop,case") as sandbox:
        program = Program(tmp_path / "home", sandbox.token)
        users, members = company(40, 4, 60).write(tmp_path)
        users.write_text(users.read_text("utf-8").replace("@tidewater", "@Tidewater"), "utf-8")
        program(
            "new", "Tidewater", "--users", str(users), "--members", str(members), "--tenant-url", sandbox.tenant_url,
            code=0,
        )  # fmt: skip
        program("run", "Tidewater", code=0)
        before = program("about", "--first-tenant", "Tidewater", code=0).out
        after = program("about", "--first-tenant", "Tidewater", "--ask-now", code=0)
    assert "userName:case" in before
    assert "profileUrl" not in before, "it was not sent"
    assert before != after.out, "asking now answers more"
    assert after.err.count("GET /") >= 6, "the requests are listed first"
    people = json.loads(json.dumps(users.read_text("utf-8"))).splitlines()[1:]
    for line in people:
        for value in line.split(","):
            assert len(value) < 4 or value not in after.out
    for secret in (sandbox.token, sandbox.tenant_url.split("/")[3], str(tmp_path)):
        assert secret not in before + after.out
    held = (tmp_path / "home" / "observations").glob("*.json")
    assert all("@" not in path.read_text("utf-8") for path in held)
