"""Switches: each is explained, read from text and from JSON, and refused where it means nothing."""

from dataclasses import fields

import pytest

from wizard.sandbox.entra.synchronization.switches import HELP, Switches
from wizard.sandbox.options import WrongUsage, build_parser, parsed


def test_every_switch_is_explained_in_the_help() -> None:
    assert {one.name for one in fields(Switches)} == set(HELP)
    shown = build_parser().format_help()
    assert all(f"  {name} " in shown for name in HELP)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [("cycle", "0.5", 0.5), ("fresh", "403+409", (403, 409)), ("fresh", [404], (404,)), ("fresh", "", ()),
     ("owners", "no", False), ("owners", True, True), ("on_demand", "2", 2), ("shape", "array", "array")],
)  # fmt: skip
def test_a_value_is_read_by_its_kind(name: str, value: object, read: object) -> None:
    switches = Switches()
    switches.set(name, value)
    assert getattr(switches, name) == read


@pytest.mark.parametrize(
    "text", ["nothing=1", "cycle", "cycle=-1", "cycle=nan", "owners=maybe", "shape=round", "fresh=403,409"]
)
def test_a_wrong_switch_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        parsed(["--entra", "--provisioning", text])


def test_the_last_of_two_equal_switches_counts() -> None:
    told = parsed(["--entra", "--provisioning", "cycle=1", "--provisioning", "cycle=2"]).provisioning
    assert dict(told) == {"cycle": "2"}
