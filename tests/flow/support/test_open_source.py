"""The list of open-source parts is read from the parts themselves."""

import re
import tomllib
from pathlib import Path

from wizard.flow.steps.steps import STEPS
from wizard.flow.support.about import STEPS_IN_SHORT
from wizard.flow.support.exit_codes import MEANINGS, ExitCode
from wizard.flow.support.open_source import FONT, parts
from wizard.messages.translation import _

ROOT = Path(__file__).resolve().parents[3]


def test_every_dependency_is_listed_with_version_and_licence() -> None:
    found = {re.sub(r"[-_.]+", "-", part.name).lower(): part for part in parts()}
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[<>=]", line)[0] for line in asked}
    assert names <= set(found)
    assert [part for part in found.values() if not (part.licence and part.version) and part != FONT] == []
    assert {"python", "inter", "httpcore"} <= set(found)  # and what a dependency asks for in turn
    assert not {"pytest", "ruff", "identity-center-wizard"} & set(found)
    assert [part.name.lower() for part in parts()] == sorted(part.name.lower() for part in parts())


def test_the_help_knows_the_steps_there_are() -> None:
    by_number = {step.number: step.label for step in STEPS if not step.part} | {"5": "Provision"}
    assert [_(name) for name, _text in STEPS_IN_SHORT] == [by_number[number] for number in sorted(by_number)]


def test_every_exit_code_is_explained_once() -> None:
    assert list(MEANINGS) == sorted(ExitCode)
