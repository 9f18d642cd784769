"""Faults on purpose: which of the requests go wrong, and how."""

from dataclasses import dataclass, field
from random import Random

FAULT_KINDS = (
    "429",
    "429-retry-after",
    "500",
    "502-html",
    "reset-before",
    "reset-after",
    "short-page",
    "slow",
    "token-expiry",
)
"""What can go wrong: refused for its rate without and with Retry-After; the service's and a gateway's error; the
connection cut before and after the act took place; fewer rows than asked for in a page by cursor; an answer that
takes a while; the token expires for good."""

DEFAULT_FAULT_KINDS = FAULT_KINDS[:-1]
"""All but the one that ends a run."""

SLOW_SECONDS = 1.5
RETRY_AFTER_SECONDS = 1


@dataclass(slots=True)
class Faults:
    """Draws a fault for each request, the same ones in the same order for the same seed."""

    percent: float
    """0 to 100, of all requests."""
    kinds: tuple[str, ...]
    random: Random
    met: dict[str, int] = field(default_factory=dict)
    """How often each kind was drawn."""

    def draw(self, pages: bool) -> str | None:
        """The fault of the next request, or None; `pages` says whether a page by cursor was asked for."""
        if not self.percent or self.random.random() * 100 >= self.percent:
            return None
        kinds = [kind for kind in self.kinds if pages or kind != "short-page"]
        if not kinds:
            return None
        kind = self.random.choice(kinds)
        self.met[kind] = self.met.get(kind, 0) + 1
        return kind
