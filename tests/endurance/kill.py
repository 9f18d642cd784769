"""Kills a run at random moments, runs again, and compares the target with that of a run nobody disturbed.

python -m tests.endurance.kill [--points 200] [--seed 1] [--people 290]
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.endurance.arena import Arena, Ended, Running, opened
from tests.endurance.comparing import at_rest, differences, ids, settled, without_members
from tests.endurance.leaks import leaks, watched_command_lines
from tests.endurance.story import DISSOLVED, after, before
from tests.endurance.tracing import LeftBehind, can_trace, counted, counting, killing, left_behind
from wizard.provisioning.job import Policy

LATENCY = ("--latency-ms", "10")
HELD = ("--answer-ms", "60")
"""AWS acts at once and answers late: each kill leaves changes in AWS whose result is not in the journal."""
ROUNDS = ("first", "edits", "deletes")
"""Everyone is new; the edits of some weeks, leavers disabled; the same, leavers and groups that are gone deleted."""
MOMENTS = ("event", "request", "time", "held answer", "held answer", "commit", "commit", "sandbox")
"""When the end comes: behind a line of output, at a request, any time, between AWS's act and our note of it, in the
midst of a commit of the journal; or it is the sandbox that is killed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a run is killed."""

    kind: str
    words: str
    sandbox: Sequence[str] = LATENCY
    """Options of the sandbox meanwhile."""
    watch: Callable[[Running], bool] | None = None
    under: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One kill, or several in a row, and what came of it."""

    kind: str
    words: str
    killed: int
    left: LeftBehind
    wrong: Sequence[str]


@dataclass
class Course:
    """What an undisturbed run does, to kill others by and to measure them with."""

    arena: Arena
    people: int = 290
    wanted: dict[str, Any] = field(default_factory=dict)
    """Round -> settled state."""
    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    operations: dict[str, int] = field(default_factory=dict)
    calls: dict[str, dict[str, int]] = field(default_factory=dict)
    """Round -> what a commit is made of -> how often it was called."""

    def begin(self) -> None:
        """Run all rounds once, and store the state before each."""
        arena, start = self.arena, before(self.people)
        later = after(start)
        self.staff = {"first": start, "edits": later, "deletes": later}
        self.blocked = {key for key, row in later.rows.items() if row["accountEnabled"] == "False"}
        self.leavers = start.rows.keys() - later.rows.keys()
        _strangers(arena)
        arena.write(start)
        arena.new_job()
        for name in ROUNDS:
            if name == "deletes":
                arena.put_back("edits")
                _delete_who_is_gone(arena)
                arena.open()
            arena.keep(name)
            arena.open(*LATENCY)
            arena.write(self.staff[name])
            trace = arena.folder / f"{name}.trace"
            done = arena.run(under=counting(arena.home, trace) if can_trace() else ())
            assert done.code == 0, (done.code, done.last, done.err)
            self.seconds[name], self.lines[name] = done.seconds, len(done.events)
            self.requests[name] = arena.here.requests()["total"]
            self.operations[name] = sum(event.get("event") == "operation" for event in done.events)
            self.calls[name] = counted(trace) if can_trace() else {}
            self.wanted[name] = settled(arena.state())

    def point(self, kind: str, random: Random) -> Point:
        """One kill, and what came of it."""
        # A killed sandbox may lose a deletion that it confirmed, which AWS never does; no client can detect that.
        name = random.choice(("first", "edits") if kind == "sandbox" else ("first", "first", "edits", "deletes"))
        arena = self.arena
        arena.put_back(name)
        arena.write(self.staff[name])
        if kind == "sandbox":
            arena.open(*LATENCY)
            return self._without_target(name, random)
        known: dict[str, str] = {}
        killed, words, left = 0, "", LeftBehind(0, 0)
        for _ in range(random.choice((1, 1, 2, 3))):  # often the run that was to mend it is killed as well
            moment = self._moment(kind, name, random)
            if not killed:
                arena.open(*moment.sandbox)
                known |= ids(arena.state())
            done = arena.run(*_sometimes_full(random), watch=moment.watch, under=moment.under)
            words = moment.words
            if done.code != -9:
                words += ", which it did not reach"
                break
            killed += 1
            known |= ids(arena.state())
            left = left_behind(arena.home, frozenset(key.removeprefix("group ") for key in known))
        word = f"{name:7} {words}"
        moved_on = name == "first" and random.random() < 0.25
        if moved_on:  # the directory changes before anybody looks
            name, word = "edits", f"{word}, then edits"
            arena.write(self.staff[name])
        wrong = self._mended(name, known, arena.run(*_sometimes_full(random)), moved_on)
        wrong += at_rest(arena.verb("plan", "Staff", "--json", *_sometimes_full(random)))
        return Point(kind, word, killed, left, wrong)

    def _without_target(self, name: str, random: Random) -> Point:
        """The sandbox is killed under a run and comes back. Half a second of what it confirmed is forgotten, as AWS
        never forgets: many people and memberships may be missing then, and adding them again is asked first."""
        arena, known = self.arena, ids(self.arena.state())
        moment = self._moment("request", name, random)
        over = False

        def kill(running: Running) -> bool:
            nonlocal over
            assert moment.watch is not None
            if not over and moment.watch(running):
                over = True
                arena.kill_sandbox()
                arena.open(*LATENCY)
            return False

        first = arena.run(watch=kill)
        wrong = (
            [] if first.last.get("event") in ("report", "error") else [f"no report came: {first.code} {first.err}"]
        )
        wrong += self._mended(name, known, arena.run("--accept", "too-many-additions"))
        wrong += at_rest(arena.verb("plan", "Staff", "--json", "--full"))
        return Point("sandbox", f"{name:7} {moment.words}, exit {first.code}", int(over), LeftBehind(0, 0), wrong)

    def _moment(self, kind: str, name: str, random: Random) -> Moment:
        if kind == "event":
            line = random.randint(1, self.lines[name] - 1)
            return Moment(kind, f"after event {line}", watch=lambda running: running.lines >= line)
        if kind == "commit" and can_trace():
            call = random.choice([call for call, most in self.calls[name].items() if most])
            number = random.randint(1, self.calls[name][call] // 2)  # how many it takes is not the same twice
            return Moment(kind, f"at {call} {number}", under=killing(self.arena.home, call, number))
        if kind == "time":
            moment = random.uniform(0.2, self.seconds[name])
            return Moment(kind, f"at {moment:.2f} s", watch=lambda running: running.seconds >= moment)
        number = random.randint(1, self.requests[name])
        options = HELD if kind == "held answer" else LATENCY
        return Moment(kind, f"at request {number}", options, lambda running: running.requests >= number)

    def _mended(self, name: str, known: dict[str, str], done: Ended, moved_on: bool = False) -> list[str]:
        """Return the differences from the state after an undisturbed run."""
        arena, wrong = self.arena, []
        if done.code != 0:
            failed = [e for e in done.events if e.get("status") in ("failure", "warning")][:5]
            wrong.append(f"the next run ended with {done.code}: {done.last} {done.err.strip()} {failed}")
        state = arena.state()
        never = {f"users {key}: is missing" for key in (self.leavers | self.blocked) - known.keys()}
        never |= {f"groups {DISSOLVED}: is missing"} - {f"groups {key[6:]}: is missing" for key in known}
        try:
            wanted, found = self.wanted[name], settled(state)
            if moved_on:  # who is blocked joins no group any more, and leaves none
                wanted, found = (without_members(one, self.blocked) for one in (wanted, found))
            wrong += [line for line in differences(wanted, found) if line not in never]
        except AssertionError as error:
            wrong.append(str(error))
        going = {*self.leavers, f"group {DISSOLVED}"} if name == "deletes" else set()
        present = set(ids(state).values())
        gone = {key for key, one in known.items() if one not in present} - going
        return wrong + [f"{key} has another id than before, or is gone" for key in sorted(gone)]


def _sometimes_full(random: Random) -> tuple[str, ...]:
    return random.choice(((), (), ("--full",)))


def _delete_who_is_gone(arena: Arena) -> None:
    """As the Settings page would: the verbs have no word for it."""
    for path in (arena.home / "jobs").glob("*.json"):
        job = json.loads(path.read_text(encoding="utf-8"))
        job["policy"] |= {"leavers": "delete", "groups_gone": "delete"}
        job["policy"] |= {"delete_after_days": 0} if hasattr(Policy(), "delete_after_days") else {}
        path.write_text(json.dumps(job), encoding="utf-8")


def _strangers(arena: Arena) -> None:
    """Create an account by hand that no run may change, and two that wait to be adopted."""
    with arena.here.client() as client:
        for name, more in (
            ("made.by.hand@elsewhere.example", {"title": "Stays as is"}),
            ("person00017@tidewater.example", {}),
            ("person00018@tidewater.example", {"externalId": "00000000-0000-4000-8000-000000000018"}),
        ):
            body = {
                "userName": name,
                "displayName": "By hand",
                "name": {"givenName": "By", "familyName": "Hand"},
                "emails": [{"value": name, "type": "work", "primary": True}],
                "active": True,
                **more,
            }
            made = client.post("Users", json=body).raise_for_status().json()
            group = {"displayName": f"Of {name}", "members": [{"value": made["id"]}]}
            client.post("Groups", json=group).raise_for_status()
        client.post("Groups", json={"displayName": "Team 003"}).raise_for_status()


def endure(
    folder: Path,
    points: int,
    seed: int,
    told: Callable[[str], None],
    people: int = 290,
    kinds: Sequence[str] = MOMENTS,
) -> list[str]:
    """So many kills, each kind of moment in its turn; tells a line for each, and a table.

    Returns what went wrong, the search for the token included.
    """
    random, wrong, done = Random(seed), [], []
    with opened(folder) as arena, watched_command_lines() as seen:
        course = Course(arena, people)
        course.begin()
        told(f"undisturbed: {course.operations} operations, {course.requests} requests, {course.lines} events")
        told(f"calls of the journal: {course.calls}")
        for number in range(points):
            point = course.point(kinds[number % len(kinds)], random)
            done.append(point)
            name = f"{number + 1:4} {point.kind:11} {point.words:45} killed {point.killed} x"
            left = f"in doubt {point.left.in_doubt:2}, unnoted {point.left.unnoted:2}"
            told(f"{name}, {left}: {'; '.join(point.wrong[:6]) or 'as undisturbed'}")
            wrong += [f"{name}: {line}" for line in point.wrong]
        arena.close()
        wrong += leaks(arena.folder, arena.folder.parent)
    for line in _table(done):
        told(line)
    return wrong + seen.found


def _table(done: Sequence[Point]) -> list[str]:
    heading = f"{'killed at':12} {'points':>7} {'kills':>6} {'of mending':>11} {'in doubt':>9} {'unnoted':>8} {'wrong':>6}"
    lines = [heading]
    for kind in (*dict.fromkeys(MOMENTS), "together"):
        of = [point for point in done if kind in (point.kind, "together")]
        numbers = (
            len(of),
            sum(point.killed for point in of),
            sum(max(0, point.killed - 1) for point in of),
            sum(point.left.in_doubt for point in of),
            sum(point.left.unnoted for point in of),
            sum(bool(point.wrong) for point in of),
        )
        lines.append("{:12} {:7} {:6} {:11} {:9} {:8} {:6}".format(kind, *numbers))
    return lines


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.kill", description=__doc__)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=290)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        wrong = endure(Path(folder), given.points, given.seed, lambda line: print(line, flush=True), given.people)
    print(f"{given.points} points, seed {given.seed}, {time.monotonic() - began:.0f} s: {len(wrong)} things wrong")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
