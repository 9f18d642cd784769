"""Judges requests and answers by Microsoft Graph's own description of itself (tests/contracts)."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.entra_process import EntraHandle, running_entra

CONTRACTS = Path(__file__).resolve().parent / "contracts"
LACKING = re.compile(r"/directory/deletedItems.*|/users/[^/]+/manager/\$ref")
"""Paths that we ask for and the contract lacks."""
_ALIKE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
ERROR = "components/responses/error"
"""The shape of an answer with 5xx: the contract describes 4xx only, in the same shape."""


class Contract:
    """The paths and shapes of Graph v1.0."""

    def __init__(self) -> None:
        jsonschema = pytest.importorskip("jsonschema", reason="the validator of JSON schemas is not installed")
        referencing = pytest.importorskip("referencing")
        self._document = json.loads((CONTRACTS / "graph-openapi-subset.json").read_text(encoding="utf-8"))
        # Microsoft documents `value` (synchronizationSchema: parseExpression); the metadata leaves out untyped properties.
        pair = self._document["components"]["schemas"]["microsoft.graph.stringKeyObjectValuePair"]
        pair["properties"]["value"] = {}
        whole = referencing.Resource(contents=self._document, specification=referencing.jsonschema.DRAFT202012)
        self._registry = referencing.Registry().with_resource("urn:contract", whole)
        self._validator = jsonschema.Draft202012Validator
        self._paths = [
            (re.compile(re.sub(r"\\\{[a-z_0-9]+\\\}", "[^/]+", re.escape(path))), path)
            for path in self._document["paths"]
        ]
        self._kept: dict[str, Any] = {}
        self._judged: set[tuple[str, int]] = set()

    def template(self, path: str) -> str:
        """The contract's own spelling of a path; fixed paths go before those with an id."""
        fitting = [template for pattern, template in self._paths if pattern.fullmatch(path)]
        assert fitting, f"the contract has no path {path}"
        return min(fitting, key=lambda template: template.count("{"))

    def judge_request(self, method: str, path: str, query: Mapping[str, str], sent: Any = None) -> None:
        """Fail where Graph knows no such path, method, option or property, or takes no such body."""
        template = self.template(path)
        described = self._document["paths"][template]
        assert method.lower() in described, f"{path} knows no {method}"
        options = {}
        for option in (*described.get("parameters", ()), *described[method.lower()].get("parameters", ())):
            if "$ref" in option:
                option = self._document["components"]["parameters"][option["$ref"].rpartition("/")[2]]
            options[option["name"]] = option["schema"]
        for name, value in query.items():
            assert name in options, f"{path} has no option {name}"
            if options[name].get("type") == "array":
                self._validator(options[name], registry=self._registry).validate(value.split(","))
        if sent is not None:
            assert "requestBody" in described[method.lower()], f"{method} {path} takes no body"
            self._judge(f"paths/{template.replace('/', '~1')}/{method.lower()}/requestBody", sent)

    def judge_answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Fail where an answer has another status or another shape than Graph's."""
        template = self.template(path)
        described = self._document["paths"][template][method.lower()]["responses"]
        if status >= 500:
            pointer = ERROR
        else:
            kind = f"{status // 100}XX" if f"{status // 100}XX" in described else str(status)
            assert kind in described, f"{method} {path} is not answered with {status}"
            pointer = described[kind].get("$ref", "").removeprefix("#/")
            pointer = pointer or f"paths/{template.replace('/', '~1')}/{method.lower()}/responses/{kind}"
        if body is not None:
            self._judge(pointer, body)

    def judge(self, traffic: list[dict[str, Any]]) -> int:
        """Judge every call and its answer; returns how many. A request that was refused was wrong already."""
        judged = [call for call in traffic if not LACKING.fullmatch(call["path"])]
        for call in judged:
            if call["status"] < 400:
                self.judge_request(call["method"], call["path"], call["query"], call["sent"])
                self._judge_roles(call)
            self.judge_answer(call["method"], call["path"], call["status"], call["body"])
        return len(judged)

    def _judge_roles(self, call: Mapping[str, Any]) -> None:
        """Fail where a role's origin is sent: it is read-only, which the contract cannot say."""
        if call["path"].startswith("/applications") and call["sent"]:
            assert not any("origin" in role for role in call["sent"].get("appRoles", ())), "origin is read-only"

    def _judge(self, pointer: str, body: Any) -> None:
        self._validated(f"{pointer}/content/application~1json/schema", body)

    def _validated(self, pointer: str, thing: Any) -> None:
        # Judged once for all that differ by ids and times alone: both are lexical to the contract.
        alike = hash(_ALIKE.sub(lambda found: "id" if found[1] else "time", json.dumps(thing, sort_keys=True)))
        if (pointer, alike) in self._judged:
            return
        reference = f"urn:contract#/{pointer}".replace("{", "%7B").replace("}", "%7D")
        if reference not in self._kept:
            self._kept[reference] = self._validator({"$ref": reference}, registry=self._registry)
        self._kept[reference].validate(thing)
        self._judged.add((pointer, alike))


@contextmanager
def judged_entra(*options: str) -> Iterator[EntraHandle]:
    """A running tenant; at the end every call that was made to it is judged."""
    with running_entra(*options) as entra:
        entra.set(record=True)
        yield entra
        assert contract().judge(entra.traffic()) > 0


@cache
def contract() -> Contract:
    """The contract, read once."""
    return Contract()
