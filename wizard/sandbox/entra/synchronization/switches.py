"""What can be made to go wrong, or to go the other way where sources differ."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True)
class Switches:
    """How the provisioning service behaves. The texts in HELP are those of `sandbox --help`."""

    cycle: float = 40.0
    page_pause: float = 0.0
    log_delay: float = 0.0
    fresh: tuple[int, ...] = ()
    hidden_job: int = 0
    owners: bool = True
    role: str = "application-administrator"
    licence: bool = True
    shape: str = "object"
    on_demand: int = 5
    report_limit: bool = False
    held: str = "all"
    failures: int = 5000
    leaving_groups: str = "delete"
    four_secrets: bool = True
    clear_address: bool = True
    second_start: str = "stops"
    assignment_delay: float = 0.0
    quarantine: str = "none"

    def set(self, name: str, value: Any) -> None:
        """Turn one switch; raises ValueError with a sentence for a person."""
        if name not in HELP:
            raise ValueError(f"{name} is not one of {', '.join(HELP)}")
        setattr(self, name, _read(name, value))


HELP: Mapping[str, str] = {
    "cycle": "seconds between the cycles of a started job; 0: only by POST /_entra/cycle",
    "page_pause": "seconds for each ten objects of a cycle, to show its progress",
    "log_delay": "seconds until an entry of the provisioning logs can be read",
    "fresh": "status codes of the first synchronization calls of a new application, such as 403+409",
    "hidden_job": "number of requests for a new job that return 404",
    "owners": "provision on demand returns 401 to an application that does not own the app or its service principal",
    "role": "role of the person who signs in: application-administrator, global-reader, or none",
    "licence": "the tenant has Entra ID P1; without it, logs and group assignments return 403",
    "shape": "response of provision on demand: object or array",
    "on_demand": "number of on-demand requests in ten seconds before 429",
    "report_limit": "logs return 429 to the sixth request in ten seconds",
    "held": "deletions that the threshold holds: all of a cycle, or those beyond it",
    "failures": "number of failures from which more than 40 percent quarantine the job",
    "leaving_groups": "for groups that leave the scope: delete or leave",
    "four_secrets": "silently ignore a PUT with fewer than the four documented secrets",
    "clear_address": "GET secrets returns BaseAddress; otherwise *",
    "second_start": "start of a running job: stops its cycles, or harmless",
    "assignment_delay": "seconds until a new assignment takes effect",
    "quarantine": "every cycle ends in quarantine because of: token, deletions, or failures",
}

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "role": ("application-administrator", "global-reader", "none"),
    "shape": ("object", "array"),
    "held": ("all", "beyond"),
    "leaving_groups": ("delete", "leave"),
    "second_start": ("stops", "harmless"),
    "quarantine": ("none", "token", "deletions", "failures"),
}
_DEFAULTS = {one.name: one.default for one in fields(Switches)}


def explained() -> str:
    """Every switch with its text and its default, a line each, for the help of a command."""
    return "\n".join(f"  {name:16} {text} (default {_shown(_DEFAULTS[name])})" for name, text in HELP.items())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value or "none")
        if isinstance(value, tuple)
        else str(value)
    )


def _read(name: str, value: Any) -> Any:
    """A switch's value from text or JSON, of the kind of its default; raises ValueError."""
    default = _DEFAULTS[name]
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(_CHOICES[name])}")
        return value
    if isinstance(default, tuple):
        return tuple(
            int(one) for one in (value.split("+") if isinstance(value, str) else value) if one not in ("", "none")
        )
    if isinstance(default, bool):
        if value not in (True, False, "yes", "no"):
            raise ValueError(f"{name} is yes or no")
        return value in (True, "yes")
    number = float(value)
    if not 0 <= number < float("inf"):
        raise ValueError(f"{name} is a number from 0 upwards")
    return int(number) if isinstance(default, int) else number
