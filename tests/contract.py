"""Microsoft Graph's own description of itself as a judge of requests and answers."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).resolve().parents[2] / "shared" / "contracts" / "graph-openapi-subset.json"
LACKING = ("/directory/deletedItems", "/users/{id}/manager/$ref", "/$batch")
"""Paths we ask for and the contract lacks; a batch is judged by its inner calls."""


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

    def judge_request(self, method: str, path: str, query: Mapping[str, str]) -> None:
        """Fail where Graph knows no such path, method, option or property."""
        described = self._document["paths"][self.template(path)]
        options = {}
        for option in (*described.get("parameters", ()), *described[method.lower()].get("parameters", ())):
            if "$ref" in option:
                option = self._document["components"]["parameters"][option["$ref"].rpartition("/")[2]]
            options[option["name"]] = option["schema"]
        for name, value in query.items():
            assert name in options, f"{path} has no option {name}"
            if options[name].get("type") == "array":
                self._validator(options[name], registry=self._registry).validate(value.split(","))

    def judge_answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Fail where an answer has another shape than Graph's."""
        described = self._document["paths"][self.template(path)][method.lower()]["responses"]
        kind = f"{status // 100}XX" if f"{status // 100}XX" in described else str(status)
        pointer = f"paths/{self.template(path).replace('/', '~1')}/{method.lower()}/responses/{kind}"
        if "$ref" in described[kind]:
            pointer = described[kind]["$ref"].removeprefix("#/")
        if body is None:
            return
        pointer = f"urn:contract#/{pointer}/content/application~1json/schema".replace("{", "%7B").replace(
            "}", "%7D"
        )
        if pointer not in self._kept:
            self._kept[pointer] = self._validator({"$ref": pointer}, registry=self._registry)
        self._kept[pointer].validate(body)

    def judge(self, traffic: list[dict[str, Any]]) -> int:
        """Judge every call and its answer; returns how many were judged."""
        judged = 0
        for one in traffic:
            if self.lacks(one["path"]):
                continue
            self.judge_request(one["method"], one["path"], one["query"])
            self.judge_answer(one["method"], one["path"], one["status"], one["body"])
            judged += 1
        return judged


def contract() -> Contract:
    """The contract; skips the test where it does not lie beside the checkout."""
    if not PATH.exists():
        pytest.skip("Microsoft's description of Graph does not lie beside this checkout (../shared/contracts)")
    return Contract()
