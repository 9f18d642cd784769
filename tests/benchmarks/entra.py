"""A tenant of 50,000 people read over real requests: in full, unchanged, after 100 changes; requests beside their
floor, seconds, CPU, peak memory. Each reading is a process of its own, as a schedule starts it.
python -m tests.benchmarks.entra [PEOPLE]"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import anyio

from tests.entra_process import PRINCIPAL, EntraHandle, running_entra
from tests.sandbox_process import ROOT
from wizard.progress import Progress
from wizard.secret import Secret
from wizard.sources.entra import EntraSource, Tenant

PAGE, BATCH, FEED_PAGE, TEAM, CHANGES = 999, 20, 200, 50, 100
SECRET_VARIABLE = "ENTRA_BENCHMARK_SECRET"


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def read(graph_url: str, scope: str, folder: str, cursor: str) -> None:
    """One reading, and what it took, as JSON on standard output."""
    steps: list[Progress] = []
    tenant = Tenant(graph_url, "all" if scope == "all" else "assigned", PRINCIPAL)
    kept = Path(folder)
    source = EntraSource(
        tenant,
        lambda _: Secret(os.environ[SECRET_VARIABLE]),
        lambda name: (kept / name).read_bytes() if (kept / name).exists() else None,
        lambda name, content: (kept / name).write_bytes(content) and None,
        cursor,
    )
    before, began, cpu = _resident_mb(), time.perf_counter(), time.process_time()
    snapshot = anyio.run(source.read, steps.append)
    took = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": _resident_mb(),
        "before": before,
        "people": len(snapshot.users),
        "memberships": sum(len(group.members) for group in snapshot.groups),
        "steps": len(steps),
        "kept": (kept / snapshot.cursor).stat().st_size / 2**20,
        "cursor": snapshot.cursor,
    }
    print(json.dumps(took))


def _timed(entra: EntraHandle, scope: str, folder: str, cursor: str, label: str, floor: int) -> str:
    """Read in a process of its own and print one row; returns the cursor."""
    entra.reset_counters()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.entra", "--read", entra.graph_url, scope, folder, cursor],
        env={**os.environ, SECRET_VARIABLE: entra.client_secret, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    took: dict[str, Any] = json.loads(done.stdout)
    requests = entra.requests()["exchanges"]
    print(
        f"{label:<26} {took['people']:>8,} {took['memberships']:>8,} {requests:>8,} {floor:>6,} {requests / floor:>6.2f} "
        f"{took['seconds']:>7.1f} {took['cpu']:>6.1f} {took['before']:>6.0f} {took['peak']:>6.0f} {took['kept']:>6.1f} "
        f"{took['steps']:>6,}",
        flush=True,
    )
    return str(took["cursor"])


def _pages(things: int, size: int) -> int:
    return max(1, -(-things // size))


def main(people: int) -> None:
    """Both scopes: everything, nothing changed, a hundred changed."""
    groups = _pages(people, TEAM)
    assigned = _pages(groups, 2)
    everybody = _pages(people, PAGE)
    floors = {
        # two places in the feeds, how many there are, pages of people and groups, groups in batches, deleted people
        "all": 2 + 1 + everybody + _pages(groups, PAGE) + _pages(groups, BATCH) + 1,
        # two places, pages of assignments, groups and their members in batches, how many people, pages of people
        "assigned": 2 + _pages(assigned, PAGE) + 2 * _pages(assigned, BATCH) + 1 + everybody,
    }
    print(f"{people:,} people, {groups:,} groups of {TEAM}, {assigned:,} of them assigned")
    print(
        f"{'':<26} {'people':>8} {'members':>8} {'requests':>8} {'floor':>6} {'ratio':>6} {'seconds':>7} {'CPU s':>6} "
        f"{'MB at':>6} {'peak':>6} {'kept':>6} {'steps':>6}"
    )
    with running_entra("--entra", str(people)) as entra, tempfile.TemporaryDirectory() as folder:
        changed = [one["id"] for one in entra.ask("GET", "/users?$select=id&$top=999")["value"]][:CHANGES]
        for scope, floor in floors.items():
            fixed = 2 + (_pages(assigned, PAGE) if scope == "assigned" else 0)
            cursor = _timed(entra, scope, folder, "", f"{scope}: in full", floor)
            cursor = _timed(entra, scope, folder, cursor, f"{scope}: nothing changed", fixed)
            for user_id in changed:
                entra.ask("PATCH", f"/users/{user_id}", {"department": f"Department of {scope}"})
            more = _pages(len(changed), FEED_PAGE) - 1
            _timed(entra, scope, folder, cursor, f"{scope}: {CHANGES} changed", fixed + more)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(*sys.argv[2:6])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
