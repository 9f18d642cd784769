"""The network is cut under a run in every way we could think of: the end is bounded and honest, the next run converges.

python -m tests.endurance.network [--people 60] [--seeds 2]
unshare -n python -m tests.endurance.network --interface (the loopback interface itself goes down, in a network of its own)
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

from tests.endurance.arena import Arena, Ended, Running, opened
from tests.endurance.comparing import at_rest, differences, ids, settled
from tests.endurance.leaks import leaks, watched_command_lines
from tests.endurance.story import after, before
from tests.endurance.wire_proxy import Way, WireProxy, proxied

LATENCY = ("--latency-ms", "15")
FOR_GOOD = 1e9
LONGEST_SECONDS = 150.0
"""A run whose network never comes back has ended by then: one silence of half a minute, and a few looks as long."""
GRACE_SECONDS = (0.0, 14.0, 4.0)
"""A run that is cancelled once, or twice, has ended by then, whatever the network does."""
IN_DOUBT = {"no-answer", "cut-off-by-cancel", "unexpected-error", "done-not-noted"}
"""Codes of operations that may have landed without an answer."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How the network is cut, for how long, and whether the person loses patience."""

    way: Way | Literal["interface"]
    seconds: float
    cancels: int = 0
    """How often the person presses Ctrl-C."""
    survives: bool = False
    """So short that the run must not even notice."""

    def __str__(self) -> str:
        lasting = "for good" if self.seconds == FOR_GOOD else f"{self.seconds:.1f} s"
        return f"{self.way} {lasting}{', cancelled' * bool(self.cancels)}{' twice' * (self.cancels > 1)}"


CUTS = (
    Cut("hole", 4.0, survives=True),
    Cut("half", 4.0, survives=True),
    Cut("reset", 0.0, survives=True),
    Cut("refuse", 0.1),
    Cut("reset", 3.0),
    Cut("refuse", 3.0),
    Cut("refuse", FOR_GOOD),
    Cut("reset", FOR_GOOD),
    Cut("half", FOR_GOOD, cancels=1),
    Cut("hole", FOR_GOOD, cancels=1),
    Cut("half", FOR_GOOD, cancels=2),
    Cut("half", FOR_GOOD),
    Cut("hole", FOR_GOOD),
)
INTERFACE = (Cut("interface", 2.0, survives=True), Cut("interface", 50.0), Cut("interface", FOR_GOOD))


@dataclass
class Line:
    """One arena whose line to the target can be cut; two rounds, each against what an undisturbed run leaves."""

    arena: Arena
    people: int
    proxy: WireProxy
    interface: bool = False
    """It is the loopback interface that goes down, in a network of our own."""
    wanted: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Go through both rounds undisturbed."""
        arena = self.arena
        start = before(self.people, groups=4)
        self.staff = {"first": start, "edits": after(start)}
        arena.write(start)
        own, through = f":{arena.port}/", f":{self.proxy.port}/"
        arena.tenant_url = arena.tenant_url.replace(own, through)
        arena.new_job()
        for name, staff in self.staff.items():
            arena.keep(name)
            arena.open(*LATENCY)
            arena.write(staff)
            done = arena.run()
            assert done.code == 0, (done.code, done.err)
            self.requests[name] = arena.here.requests()["total"]
            self.wanted[name] = settled(arena.state())

    def case(self, cut: Cut, round_: str, random: Random) -> tuple[str, list[str]]:
        """A run whose line is cut at some request; then a run whose line is whole."""
        arena = self.arena
        arena.put_back(round_)
        arena.open(*LATENCY)
        arena.write(self.staff[round_])
        at = random.randint(self.requests[round_] // 5, self.requests[round_] * 3 // 4)
        began: float | None = None
        mended, cancels = False, 0

        def watch(running: Running) -> bool:
            nonlocal began, mended, cancels
            now = time.monotonic()
            if began is None and running.requests >= at:
                began = now
                self._cut(cut.way)
            elif began is not None and not mended and now - began >= cut.seconds:
                mended = True
                self._mend()
            if began is not None and cancels < cut.cancels and now - began >= cancels / 2:
                cancels += 1
                running.send_signal(signal.SIGINT)
            return False

        first = arena.run(watch=watch)
        lasted = time.monotonic() - (began or 0.0)
        if not mended:
            self._mend()
        unknown = sum(
            event["code"] in IN_DOUBT or bool(event["args"].get("in_doubt"))
            for event in first.events
            if event.get("status") == "failure"
        )
        words = f"{round_:5} at request {at:3}: exit {first.code:3} after {lasted:5.1f} s, {unknown:2} in doubt"
        wrong = [] if began is not None else ["the line was never cut"]
        wrong += _honest(first, cut, lasted)
        known = ids(arena.state())
        done = arena.run()
        if done.code != 0:
            wrong.append(f"the next run ended with {done.code}: {done.err} {done.last}")
        state = arena.state()
        try:
            wrong += differences(self.wanted[round_], settled(state))
        except AssertionError as error:
            wrong.append(str(error))
        present = set(ids(state).values())
        wrong += [
            f"{key} has another id" for key, one in known.items() if one not in present and "Team 002" not in key
        ]
        return words, wrong + at_rest(arena.verb("plan", "Staff", "--json", "--full"))

    def _cut(self, way: Way | Literal["interface"]) -> None:
        if way == "interface":
            subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
        else:
            self.proxy.cut(way)

    def _mend(self) -> None:
        if self.interface:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        self.proxy.cut("through")


def _honest(first: Ended, cut: Cut, lasted: float) -> list[str]:
    """What a run owes whose network was cut: it ends in time, says so, and tells each operation once."""
    wrong = []
    if cut.survives and first.code != 0:
        wrong.append(f"a cut so short ended the run with {first.code}")
    if first.code not in ((130,) if cut.cancels else (0, 1, 4)):
        wrong.append(f"exit {first.code}: {first.err}")
    if cut.seconds == FOR_GOOD and not cut.cancels and first.code != 4:
        wrong.append(f"the network is gone, and the run ended with {first.code}")
    if lasted > (GRACE_SECONDS[cut.cancels] if cut.cancels else LONGEST_SECONDS):
        wrong.append(f"it took {lasted:.0f} s to end")
    planned = [event["total"] for event in first.events if event.get("phase") == "write"]
    told = sum(event.get("event") == "operation" for event in first.events)
    if planned and (told != planned[0] or first.last.get("event") != "report"):
        wrong.append(f"{planned[0]} operations were planned, {told} told, last {first.last.get('event')}")
    ended = next((event for event in first.events if event.get("event") == "ended"), {})
    if ended.get("ending") == "stopped" and "Nothing was changed" in ended["advice"]:
        wrong.append("it says that nothing was changed")
    return wrong


def endure(
    folder: Path,
    cuts: Iterable[Cut],
    people: int,
    seeds: int = 1,
    rounds: Iterable[str] = ("first", "edits"),
    told: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """All cuts; returns what went wrong, the search for the token included."""
    wrong: list[str] = []
    with opened(folder) as arena, proxied(arena.port) as proxy, watched_command_lines() as seen:
        line = Line(arena, people, proxy, any(cut.way == "interface" for cut in cuts))
        line.begin()
        for cut in cuts:
            for seed in range(1, seeds + 1):
                for name in rounds:
                    words, trouble = line.case(cut, name, Random(seed))
                    told(f"{cut!s:28} {words}: {'; '.join(trouble[:5]) or 'as undisturbed'}")
                    wrong += [f"{cut} {name}: {one}" for one in trouble]
        arena.close()
        wrong += leaks(folder)
    return wrong + seen.found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.network", description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument(
        "--interface", action="store_true", help="in a network of its own, whose interface goes down"
    )
    given = parser.parse_args(arguments)
    if given.interface:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        cuts = INTERFACE if given.interface else CUTS
        wrong = endure(Path(folder), cuts, given.people, given.seeds, told=lambda line: print(line, flush=True))
    print(f"{time.monotonic() - began:.0f} s: {len(wrong)} things wrong")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
