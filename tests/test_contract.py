"""The judge of Graph's requests and answers agrees with the index of the examples."""

import json
from typing import Any

import jsonschema
import pytest

from tests.contract import CONTRACTS, contract

EXAMPLES = json.loads((CONTRACTS / "examples-index.json").read_text(encoding="utf-8"))
ERROR = {"error": {"code": "InternalServerError", "message": "Try again."}}


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{one['file']}-{one['method']}-{one.get('status', 'sent')}" for one in EXAMPLES]
)
def test_examples_are_judged_as_their_index_says(example: dict[str, Any]) -> None:
    body = json.loads((CONTRACTS / "graph-examples" / example["file"]).read_text(encoding="utf-8"))
    try:
        if "status" in example:
            contract().judge_answer(example["method"], example["path"], example["status"], body)
        else:
            contract().judge_request(example["method"], example["path"], {}, body)
    except (AssertionError, jsonschema.ValidationError):
        assert not example["valid"], example.get("note", "")
    else:
        assert example["valid"], example.get("note", "")


def test_every_example_is_in_the_index() -> None:
    files = {path.name for path in (CONTRACTS / "graph-examples").iterdir()}
    assert files == {example["file"] for example in EXAMPLES}


def test_answers_with_5xx_are_errors() -> None:
    contract().judge_answer("GET", "/users", 503, ERROR)
    with pytest.raises(jsonschema.ValidationError):
        contract().judge_answer("GET", "/users", 503, {"value": []})


def test_a_status_that_is_not_described_is_a_fault() -> None:
    contract().judge_answer("DELETE", "/groups/1", 204, None)
    with pytest.raises(AssertionError, match="200"):
        contract().judge_answer("DELETE", "/groups/1", 200, None)


def test_applications_are_judged_like_every_path() -> None:
    contract().judge_request("PATCH", "/applications/1", {}, {"displayName": "AWS"})
    with pytest.raises(jsonschema.ValidationError):
        contract().judge_request("PATCH", "/applications/1", {}, {"display": "AWS"})
    with pytest.raises(AssertionError):
        contract().judge_request("PUT", "/applications/1", {}, {"displayName": "AWS"})
