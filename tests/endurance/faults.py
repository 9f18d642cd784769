"""Every fault the sandbox knows, at several rates and seeds: afterwards a clean run ends where an undisturbed one does.

python -m tests.endurance.faults [--percent 5,20,50] [--seeds 3] [--kinds LIST] [--people 60]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.endurance.arena import Arena, Ended, opened
from tests.endurance.comparing import at_rest, differences, ids, settled
from tests.endurance.leaks import leaks, watched_command_lines
from tests.endurance.story import DISSOLVED, after, before

KINDS = ("429", "429-retry-after", "500", "502-html", "reset-before", "reset-after", "short-page", "slow")
EXPIRY = "token-expiry"
PAGES = "short-page"
ROUNDS = ("first", "edits")


@dataclass(frozen=True, slots=True)
class Case:
    """Which faults, how many of the requests meet one, and the seed of their order."""

    kind: str
    percent: int
    seed: int

    @property
    def options(self) -> tuple[str, ...]:
        return ("--faults", str(self.percent), "--fault-kinds", self.kind, "--seed", str(self.seed))


@dataclass
class Weather:
    """One arena for all cases: both rounds under faults, each mended by a clean run."""

    arena: Arena
    people: int = 60
    wanted: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        """Go through both rounds without any fault."""
        arena = self.arena
        start = before(self.people, groups=4)
        self.staff = {"first": start, "edits": after(start)}
        arena.write(start)
        arena.new_job()
        arena.keep("begin")
        arena.open()
        for name in ROUNDS:
            arena.write(self.staff[name])
            done = arena.run()
            assert done.code == 0, (done.code, done.last, done.err)
            self.wanted[name] = settled(arena.state())

    def case(self, case: Case) -> tuple[str, list[str]]:
        """Run both rounds under faults; return a word on how they ended, and the violations."""
        arena = self.arena
        arena.put_back("begin")
        words, wrong = [], []
        for name in ROUNDS:
            arena.write(self.staff[name])
            arena.open(*case.options)
            done = arena.run(
                *(("--full",) if case.kind == PAGES else ())
            )  # else there are hardly pages to shorten
            met = sum(arena.here.requests()["faults"].values())
            words.append(f"exit {done.code} after {met} faults, {done.seconds:.1f} s")
            wrong += [f"{name} round under faults: {line}" for line in _whole(done, case.kind)]
            known = ids(arena.state())
            if case.kind == EXPIRY and met:
                wrong += [] if done.code == 4 else [f"the token expired, and the run ended with {done.code}"]
                arena.here.renew_token()
            arena.close()
            arena.open()
            wrong += [f"{name} round, clean run: {line}" for line in self._mended(name, known)]
            arena.close()
        return "; ".join(words), wrong

    def _mended(self, name: str, known: dict[str, str]) -> list[str]:
        arena, wrong = self.arena, []
        done = arena.run()
        if done.code != 0:
            failed = [e for e in done.events if e.get("status") in ("failure", "warning")][:3]
            wrong.append(f"it ended with {done.code}: {done.last} {done.err.strip()} {failed}")
        state = arena.state()
        try:
            wrong += differences(self.wanted[name], settled(state))
        except AssertionError as error:
            wrong.append(str(error))
        present = set(ids(state).values())
        gone = {key for key, one in known.items() if one not in present} - {f"group {DISSOLVED}"}
        wrong += [f"{key} has another id than before, or is gone" for key in sorted(gone)]
        return wrong + at_rest(arena.verb("plan", "Staff", "--json", "--full"))


def _whole(done: Ended, kind: str) -> list[str]:
    """What a report lacks: it must come whatever happened, and name each operation of the plan once."""
    if done.code == 4 and not any(event.get("event") == "phase" for event in done.events[1:]):
        return [] if done.err else ["it ended before it began, and said nothing"]
    phases = [event for event in done.events if event.get("phase") == "write"]
    if not phases:  # AWS could not even be read
        return [] if done.code == 4 and done.err else [f"exit {done.code} without a plan: {done.err}"]
    wrong = []
    told = [event for event in done.events if event.get("event") == "operation"]
    if len(told) != phases[0]["total"]:
        wrong.append(f"{phases[0]['total']} operations were planned, {len(told)} were told")
    if done.last.get("event") != "report":
        wrong.append(f"no report at the end: {done.last}")
    elif done.code == 0 and (done.last["users"]["failed"] or done.last["groups"]["failed"]):
        wrong.append("some failed, and it ended with 0")
    if done.code not in (0, 1, 4) or (
        done.code == 4 and kind not in (EXPIRY, "502-html", "500", "429", "reset-before", "reset-after")
    ):
        wrong.append(f"exit {done.code}: {done.err.strip()}")
    return wrong


def endure(
    folder: Path, cases: Iterable[Case], people: int, told: Callable[[str], None] = lambda _: None
) -> list[str]:
    """All cases, one after another; returns what went wrong, the search for the token included."""
    wrong: list[str] = []
    with opened(folder) as arena, watched_command_lines() as seen:
        weather = Weather(arena, people)
        weather.begin()
        for case in cases:
            words, trouble = weather.case(case)
            name = f"{case.kind} {case.percent} % seed {case.seed}"
            told(f"{name:32} {words}: {'; '.join(trouble[:6]) or 'as undisturbed'}")
            wrong += [f"{name}: {line}" for line in trouble]
        arena.close()
        wrong += leaks(folder)
    return wrong + seen.found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.faults", description=__doc__)
    parser.add_argument("--percent", default="5,20,50")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kinds", default=",".join((*KINDS, EXPIRY)))
    parser.add_argument("--people", type=int, default=60)
    given = parser.parse_args(arguments)
    cases = [
        Case(kind, int(percent), seed)
        for seed in range(1, given.seeds + 1)
        for kind in given.kinds.split(",")
        for percent in given.percent.split(",")
    ]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        wrong = endure(Path(folder), cases, given.people, lambda line: print(line, flush=True))
    print(f"{len(cases)} cases, {time.monotonic() - began:.0f} s: {len(wrong)} things wrong")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
