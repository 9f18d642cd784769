"""The sandbox's command line."""

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from wizard.sandbox.contrary import CONTRARY
from wizard.sandbox.entra.synchronization.switches import Switches, explained
from wizard.sandbox.faults import DEFAULT_FAULT_KINDS, FAULT_KINDS
from wizard.sandbox.validation import REFUSED_STRICTLY, REFUSED_TODAY

TOKEN_VARIABLE = "IDENTITY_CENTER_SANDBOX_TOKEN"
CHARACTERS: dict[str, re.Pattern[str] | None] = {"strict": REFUSED_STRICTLY, "today": REFUSED_TODAY}


class WrongUsage(Exception):
    """An option cannot be used; its text is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox is to behave."""

    port: int
    """0 for any free one."""
    token: str | None
    """None for a new one."""
    latency: float
    """Seconds."""
    held_answer: float
    """Seconds between an act and its answer."""
    write_tps: float | None
    read_tps: float | None
    member_tps: float | None
    fault_percent: float
    fault_kinds: tuple[str, ...]
    seed: int | None
    state: Path | None
    until_eof: bool
    """End when standard input ends or the process that started this one is gone."""
    refused_characters: re.Pattern[str] | None
    contrary: frozenset[str] = frozenset()
    entra: int | None = None
    """Also be a tenant of Entra ID with so many made-up people, 0 = the sample company; None = be none."""
    provisioning: tuple[tuple[str, str], ...] = ()
    """Switches of Microsoft's provisioning service."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongUsage(f"{message[:1].upper()}{message[1:]}.")


def parsed(argv: Sequence[str]) -> Options:
    """Read the command line and the token's variable; raises WrongUsage, and SystemExit(0) after `--help`."""
    given = build_parser().parse_args(list(argv))
    if given.home is not None:
        raise WrongUsage("The sandbox has no data folder: remove --home.")
    token = given.token if given.token is not None else os.environ.get(TOKEN_VARIABLE) or None
    if token is not None and (not token or not token.isascii() or not token.isprintable() or " " in token):
        raise WrongUsage("A token must be printable ASCII without spaces.")
    return Options(
        port=given.port,
        token=token,
        latency=given.latency_ms / 1000,
        held_answer=given.answer_ms / 1000,
        write_tps=given.write_tps,
        read_tps=given.read_tps,
        member_tps=given.member_tps,
        fault_percent=given.faults,
        fault_kinds=given.fault_kinds,
        seed=given.seed,
        state=given.state,
        until_eof=given.until_eof,
        refused_characters=CHARACTERS[given.characters],
        contrary=given.contrary,
        entra=given.entra,
        provisioning=tuple(given.provisioning),
    )


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command `sandbox`."""
    parser = _Parser(
        prog="identity-center-wizard sandbox",
        description="Simulate the SCIM endpoint of AWS IAM Identity Center on this computer, for trials and tests.",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="switches of --provisioning:\n" + explained(),
    )
    add = parser.add_argument
    add("--port", type=_port, default=0, metavar="N", help="port to listen on; by default a free one")
    add(
        "--token",
        metavar="T",
        help=f"access token; the environment variable {TOKEN_VARIABLE} keeps it out of the process list",
    )
    add("--latency-ms", type=_amount, default=0.0, metavar="N", help="delay of each response in milliseconds")
    add("--write-tps", type=_rate, metavar="N", help="limit of writes per second for each API operation (AWS: 25)")
    add("--read-tps", type=_rate, metavar="N", help="limit of reads per second for each API operation (AWS: 40)")
    add("--member-tps", type=_rate, metavar="N", help="limit of membership changes per second")
    add("--faults", type=_percent, default=0.0, metavar="PERCENT", help="percentage of requests that fail")
    add(
        "--fault-kinds",
        type=_kinds,
        default=DEFAULT_FAULT_KINDS,
        metavar="LIST",
        help=f"kinds of faults; by default all but the last: {','.join(FAULT_KINDS)}",
    )
    add(
        "--contrary",
        type=_contrary,
        default=frozenset(),
        metavar="LIST",
        help=f"deviations from the AWS documentation, or all: {','.join(CONTRARY)}",
    )
    add("--seed", type=int, metavar="N", help="seed that repeats the same faults")
    add("--state", type=Path, metavar="FILE", help="store people, groups, and the tenant ID in this file")
    add(
        "--entra",
        type=_people,
        nargs="?",
        const=0,
        metavar="PEOPLE",
        help="also simulate a Microsoft Entra ID tenant, with the sample company or with this number of generated people",
    )
    add(
        "--provisioning",
        type=_switch,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="with --entra: behavior of Microsoft's provisioning service; can be repeated, see the names below",
    )
    add("--home", help=argparse.SUPPRESS)
    add("--until-eof", action="store_true", help=argparse.SUPPRESS)
    add("--answer-ms", type=_amount, default=0.0, help=argparse.SUPPRESS)
    add("--characters", choices=tuple(CHARACTERS), default="strict", help=argparse.SUPPRESS)
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is not a port from 0 to 65535")
    return int(text)


def _people(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 200_000):
        raise argparse.ArgumentTypeError(f"{text} is not a number of people from 1 to 200000")
    return int(text)


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of 0 or more")
    return value


def _rate(text: str) -> float:
    value = _amount(text)
    if not value:
        raise argparse.ArgumentTypeError("0 would allow no requests; remove the option for no limit")
    return value


def _percent(text: str) -> float:
    value = _amount(text)
    if value > 100:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 100")
    return value


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(kind.strip() for kind in text.split(",") if kind.strip())
    for kind in kinds:
        if kind not in FAULT_KINDS:
            raise argparse.ArgumentTypeError(f"{kind} is not one of {', '.join(FAULT_KINDS)}")
    if not kinds:
        raise argparse.ArgumentTypeError("name at least one")
    return kinds


def _switch(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    try:
        Switches().set(name, value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name, value


def _contrary(text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if names == {"all"}:
        return frozenset(CONTRARY)
    for name in sorted(names):
        if name not in CONTRARY:
            raise argparse.ArgumentTypeError(f"{name} is not one of {', '.join(CONTRARY)}")
    return names
