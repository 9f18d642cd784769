"""Never two engines on one address: what runs here refuses a job of Microsoft's service before it reads anything."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.program import Program
from wizard.errors import OtherEngine
from wizard.flow.jobs.first_opening import described
from wizard.flow.runs import on_demand
from wizard.flow.runs.plan import prepare, prepare_retry
from wizard.flow.runs.run import run_job
from wizard.flow.schedules import schedules
from wizard.flow.services import Services
from wizard.mapping.attribute_mapping import default_mappings
from wizard.progress import ignore_event
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import Job, SourceChoice

MICROSOFTS = Job(
    "7f7c1c0e-8d0b-4d4a-9d6c-2f6f5a3d1b10", "Staff", default_mappings(), SourceChoice("entra"), engine="entra"
)
Run = Callable[[Services], Awaitable[object]]
RUNS: dict[str, Run] = {
    "plan": lambda services: prepare(services, MICROSOFTS),
    "retry": lambda services: prepare_retry(services, MICROSOFTS),
    "run": lambda services: run_job(services, MICROSOFTS, ignore_event, frozenset(), RunControl()),
    "on demand": lambda services: on_demand.prepare_one(services, MICROSOFTS, "user", "ann"),
    "schedule": lambda services: schedules.offer(services, MICROSOFTS, 40, "keyring"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
async def test_own_engine_refuses_a_job_of_microsofts_service(services: Services, run: Run) -> None:
    with pytest.raises(OtherEngine) as refused:
        await run(services)
    assert refused.value.message.code == "entra-provisions-this-job"
    assert not list(services.home.journals.glob("*.sqlite"))


@pytest.mark.slow
@pytest.mark.parametrize("command", ["plan", "run"])
def test_own_run_of_such_a_job_ends_with_exit_3(tmp_path: Path, command: str) -> None:
    program = Program(tmp_path / "home")
    users = tmp_path / "people.csv"
    users.write_text("userPrincipalName,displayName\nann@x.example,Ann\n", encoding="utf-8")
    path = tmp_path / "job.json"
    program("new", str(path), "--users", str(users), "--tenant-url", "https://127.0.0.1:9/T/scim/v2", code=0)
    path.write_text(json.dumps({**json.loads(path.read_text()), "engine": "entra"}))
    program(command, str(path), code=3)


def test_a_job_file_from_elsewhere_says_which_engine() -> None:
    assert len(described(MICROSOFTS)) == len(described(replace(MICROSOFTS, engine="own"))) + 1
