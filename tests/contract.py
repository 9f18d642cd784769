"""Microsoft Graph's own description of itself as a judge of requests and answers."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.entra_process import EntraHandle, running_entra

PATH = Path(__file__).resolve().parents[2] / "shared" / "contracts" / "graph-openapi-subset.json"
LACKING = ("/directory/deletedItems", "/users/{id}/manager/$ref", "/$batch", "/applications")
"""Paths we ask for and the contract lacks; a batch is judged by its inner calls, registrations by their roles."""


class Contract:
    """The paths and shapes of Graph v1.0."""

    def __init__(self) -> None:
        jsonschema = pytest.importorskip("jsonschema", reason="the validator of JSON schemas is not installed")
        referencing = pytest.importorskip("referencing")
        self._document = json.loads(PATH.read_text(encoding="utf-8"))
        whole = referencing.Resource(contents=self._document, specification=referencing.jsonschema.DRAFT202012)
        self._registry = referencing.Registry().with_resource("urn:contract", whole)
        self._validator = jsonschema.Draft202012Validator
        self._paths = [
            (re.compile(re.sub(r"\\\{[a-z_0-9]+\\\}", "[^/]+", re.escape(path))), path)
            for path in self._document["paths"]
        ]
        self._kept: dict[str, Any] = {}

    def template(self, path: str) -> str:
        """The contract's own spelling of a path; fixed paths go before those with an id."""
        fitting = [template for pattern, template in self._paths if pattern.fullmatch(path)]
        assert fitting, f"the contract has no path {path}"
        return min(fitting, key=lambda template: template.count("{"))

    def lacks(self, path: str) -> bool:
        """Whether this is one of the paths the contract lacks, named above."""
        return path.startswith(LACKING[0]) or path.endswith("/manager/$ref")

    def judge_request(self, method: str, path: str, query: Mapping[str, str], sent: Any = None) -> None:
        """Fail where Graph knows no such path, method, option or property, or takes no such body."""
        template = self.template(path)
        described = self._document["paths"][template]
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
        """Fail where an answer has another shape than Graph's."""
        if body is None:
            return
        described = self._document["paths"][self.template(path)][method.lower()]["responses"]
        kind = f"{status // 100}XX" if f"{status // 100}XX" in described else str(status)
        pointer = f"paths/{self.template(path).replace('/', '~1')}/{method.lower()}/responses/{kind}"
        if "$ref" in described[kind]:
            pointer = described[kind]["$ref"].removeprefix("#/")
        self._judge(pointer, body)

    def judge_shape(self, name: str, thing: Any) -> None:
        """Fail where a thing is none of a named shape, such as `appRole`."""
        self._validated(f"components/schemas/microsoft.graph.{name}", thing)

    def judge(self, traffic: list[dict[str, Any]]) -> int:
        """Judge every call and its answer; returns how many were judged. A call that was refused was wrong already."""
        judged = 0
        for one in traffic:
            if one["path"].startswith("/applications"):
                self._judge_registrations(one)
            elif not self.lacks(one["path"]):
                if one["status"] < 400:
                    self.judge_request(one["method"], one["path"], one["query"], one["sent"])
                self.judge_answer(one["method"], one["path"], one["status"], one["body"])
                judged += 1
        return judged

    def _judge_registrations(self, one: Mapping[str, Any]) -> None:
        """The contract lacks the paths of registrations and knows the shape of their roles."""
        told = one["body"] or {}
        if one["status"] >= 400:
            self._judge("components/responses/error", told)
            return
        rows = [*told.get("value", ()), *([one["sent"]] if one["sent"] else [])]
        for role in [role for row in rows for role in row.get("appRoles", ())]:
            self.judge_shape("appRole", role)
        assert not any("origin" in role for role in (one["sent"] or {}).get("appRoles", ())), "origin is read-only"

    def _judge(self, pointer: str, body: Any) -> None:
        self._validated(f"{pointer}/content/application~1json/schema", body)

    def _validated(self, pointer: str, thing: Any) -> None:
        reference = f"urn:contract#/{pointer}".replace("{", "%7B").replace("}", "%7D")
        if reference not in self._kept:
            self._kept[reference] = self._validator({"$ref": reference}, registry=self._registry)
        self._kept[reference].validate(thing)


@contextmanager
def judged_entra(*options: str) -> Iterator[EntraHandle]:
    """A running tenant; in the end every call that was made to it is judged, where the contract lies there."""
    with running_entra(*options) as entra:
        entra.set(record=True)
        yield entra
        if PATH.exists():
            assert Contract().judge(entra.traffic()) > 0


def contract() -> Contract:
    """The contract; skips the test where it does not lie beside the checkout."""
    if not PATH.exists():
        pytest.skip("Microsoft's description of Graph does not lie beside this checkout (../shared/contracts)")
    return Contract()
