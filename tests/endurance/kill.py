"""Kills a run at random moments, runs again, and compares the target with that of a run nobody disturbed.

python -m tests.endurance.kill [--points 200] [--seed 1]
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.endurance.arena import Arena, Ended, Running, opened
from tests.endurance.comparing import at_rest, differences, ids, settled, without_members
from tests.endurance.leaks import leaks, watched_command_lines
from tests.endurance.story import DISSOLVED, after, before
from wizard.provisioning.job import Policy

LATENCY = ("--latency-ms", "10")
ROUNDS = ("first", "edits", "deletes")
"""Everyone is new; the edits of some weeks, leavers disabled; the same, leavers and groups that are gone deleted."""


@dataclass
class Course:
    """What an undisturbed run does, to kill others by and to measure them with."""

    arena: Arena
    people: int = 220
    wanted: dict[str, Any] = field(default_factory=dict)
    """Round -> settled state."""
    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Go once through all rounds, and keep what stands before each."""
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
            done = arena.run()
            assert done.code == 0, (done.code, done.last, done.err)
            self.seconds[name], self.lines[name] = done.seconds, len(done.events)
            self.requests[name] = arena.here.requests()["total"]
            self.wanted[name] = settled(arena.state())

    def point(self, number: int, random: Random) -> tuple[str, list[str]]:
        """One kill and what came of it: a word for the moment, and what is wrong."""
        name = random.choice(("first", "first", "edits", "deletes"))
        arena = self.arena
        arena.put_back(name)
        arena.open(*LATENCY)
        arena.write(self.staff[name])
        if random.random() < 0.15:
            return self._without_target(name, random)
        known, killed, moment = ids(arena.state()), 0, ""
        for _ in range(random.choice((1, 1, 2))):  # sometimes the run that was to mend it is killed as well
            moment, watch = self._moment(name, random)
            done = arena.run(*_sometimes_full(random), watch=watch)
            if done.code != -9:
                break
            killed += 1
            if random.random() < 0.2:
                moment += ", sandbox restarted"
                arena.close()
                arena.open(*LATENCY)
            known = ids(arena.state()) | known
        word = f"{name:7} killed {killed} x, {moment}"
        moved_on = name == "first" and random.random() < 0.25
        if moved_on:  # the directory changes before anybody looks
            name, word = "edits", f"{word}, then edits"
            arena.write(self.staff[name])
        wrong = self._mended(name, known, arena.run(*_sometimes_full(random)), moved_on)
        if random.random() < 0.3:
            wrong += at_rest(arena.verb("plan", "Staff", "--json"))
        return word, wrong

    def _without_target(self, name: str, random: Random) -> tuple[str, list[str]]:
        """The sandbox is killed under a run and comes back. Half a second of what it confirmed is forgotten, as AWS
        never forgets, so that only a full check can know."""
        arena, known = self.arena, ids(self.arena.state())
        moment, watch = self._moment(name, random)
        over = False

        def kill(running: Running) -> bool:
            nonlocal over
            if not over and watch(running):
                over = True
                arena.kill_sandbox()
                arena.open(*LATENCY)
            return False

        first = arena.run(watch=kill)
        return f"{name:7} sandbox killed {moment}, exit {first.code}", self._mended(
            name, known, arena.run("--full")
        )

    def _moment(self, name: str, random: Random) -> tuple[str, Callable[[Running], bool]]:
        which = random.choice(("line", "line", "request", "time"))
        if which == "line":
            line = random.randint(1, self.lines[name] - 1)
            return f"after event {line}", lambda running: running.lines >= line
        if which == "request":
            total = self.arena.here.requests()["total"] + random.randint(1, self.requests[name])
            return f"at request {total}", lambda running: running.requests >= total
        moment = random.uniform(0.2, self.seconds[name])
        return f"at {moment:.2f} s", lambda running: running.seconds >= moment

    def _mended(self, name: str, known: dict[str, str], done: Ended, moved_on: bool = False) -> list[str]:
        """What is not as after an undisturbed run."""
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
        wrong += [f"{key} has another id than before, or is gone" for key in sorted(gone)]
        return wrong + at_rest(arena.verb("plan", "Staff", "--json", "--full"))


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
    """Somebody made by hand whom nobody may touch, and two who wait to be adopted."""
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


def endure(folder: Path, points: int, seed: int, told: Callable[[str], None], people: int = 220) -> list[str]:
    """So many kills; tells a line for each. Returns what went wrong, the search for the token included."""
    random, wrong, found = Random(seed), [], Counter[str]()
    with opened(folder) as arena, watched_command_lines() as seen:
        course = Course(arena, people)
        course.begin()
        told(f"undisturbed: {course.seconds} s, {course.requests} requests, {course.lines} events")
        for number in range(points):
            moment, trouble = course.point(number, random)
            found["wrong" if trouble else "well"] += 1
            told(f"{number + 1:4} {moment:55} {'; '.join(trouble[:6]) or 'as undisturbed'}")
            wrong += [f"point {number + 1}, {moment}: {line}" for line in trouble]
        arena.close()
        wrong += leaks(arena.folder, arena.folder.parent)
    wrong += seen.found
    told(f"{dict(found)}")
    return wrong


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.kill", description=__doc__)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        wrong = endure(Path(folder), given.points, given.seed, lambda line: print(line, flush=True))
    print(f"{given.points} points, seed {given.seed}, {time.monotonic() - began:.0f} s: {len(wrong)} things wrong")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
