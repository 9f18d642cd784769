"""Replacing the access token: both are accepted meanwhile, and the keyring never holds one that is not."""

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.keyring_session import run_in_keyring_session
from tests.sandbox_process import SandboxHandle
from tests.systemctl_stand_in import stand_in
from wizard.errors import NoSecret, WizardError
from wizard.flow.runs import rotation
from wizard.flow.runs.connection import store_token, token_for
from wizard.flow.runs.facts import gather
from wizard.flow.runs.health import health
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job, SourceChoice, TargetChoice
from wizard.storage.secret_store import SecretStore

ROOT = Path(__file__).resolve().parents[3]
DAY = date(2026, 11, 30)


@pytest.fixture
def job(services: Services, sandbox: SandboxHandle) -> Job:
    draft = replace(new_draft(), name="Staff", source=SourceChoice("sample"))
    target = TargetChoice(sandbox.tenant_url, token_made_on="2026-01-02")
    return services.jobs.save(replace(draft, target=target)).job


@pytest.mark.anyio
async def test_the_new_token_is_stored_and_the_first_is_to_be_deleted(
    services: Services, sandbox: SandboxHandle, job: Job
) -> None:
    await store_token(services, job, sandbox.token, session_only=True)
    second = sandbox.second_token()
    rotated = await rotation.rotate_token(services, job, second, today=lambda: DAY)
    assert (rotated.made_on, rotated.is_whole) == ("2026-11-30", True)
    assert await token_for(services, job) == second
    saved = services.jobs.find("Staff")
    assert saved.target == replace(job.target, token_made_on="2026-11-30")
    facts = await gather(services, saved)
    codes = [finding.code for finding in health(saved, facts, datetime.now(UTC)).findings]
    assert codes == ["never-run", "first-token-left"]
    await rotation.first_token_deleted(services, job.id)
    facts = await gather(services, saved)
    assert [finding.code for finding in health(saved, facts, datetime.now(UTC)).findings] == ["never-run"]


@pytest.mark.anyio
async def test_what_cannot_be_right_is_refused_and_the_first_token_stays(
    services: Services, sandbox: SandboxHandle, job: Job
) -> None:
    await store_token(services, job, sandbox.token, session_only=True)
    for token, code in ((sandbox.token, "rotation-with-same-token"), ("of-nobody-0123456789", "token-refused")):
        with pytest.raises(WizardError) as error:
            await rotation.rotate_token(services, job, token)
        assert code in (error.value.message.code, "token-refused")
    assert await token_for(services, job) == sandbox.token
    assert services.jobs.find("Staff") == job
    assert (await gather(services, job)).first_token_since == ""
    services.secrets = SecretStore({"IDENTITY_CENTER_WIZARD_AWS_TOKEN": sandbox.token})
    with pytest.raises(NoSecret) as passed_in:
        await rotation.rotate_token(services, job, sandbox.second_token())
    assert passed_in.value.message.code == "rotation-of-passed-in-token"


@pytest.mark.anyio
async def test_what_scheduled_runs_read_is_renewed_or_named(
    services: Services, sandbox: SandboxHandle, job: Job, tmp_path: Path
) -> None:
    await store_token(services, job, sandbox.token, session_only=True)
    file = services.home.ready(services.home.root / "schedules") / f"{job.id}.aws-token"
    file.write_text(sandbox.token)
    second = sandbox.second_token()
    with stand_in(tmp_path):
        credential = tmp_path / "config" / "credstore" / f"identity-center-wizard-{job.id}.aws-token"
        credential.parent.mkdir(parents=True)
        credential.write_text(sandbox.token)
        rotated = await rotation.rotate_token(services, job, second)
    assert file.read_text() == second
    ((path, command),) = rotated.to_renew
    assert path == str(credential)
    assert path in command
    assert not rotated.is_whole


STORY = """
import asyncio, json, os, signal, sys, threading
from dataclasses import replace
from pathlib import Path
from wizard.app import make_services
from wizard.sandbox_process import SandboxProcess
from wizard.flow.runs import rotation
from wizard.provisioning.job import Job
from wizard.storage import paths, secret_store, small_files
from wizard.storage.secret_store import AWS_TOKEN

home, url, first, second, point = *sys.argv[1:5], int(sys.argv[5])
services = make_services(SandboxProcess(), home)
job = services.jobs.find("Staff")
if point > 0:
    services.secrets.store(job.id, AWS_TOKEN, first, url)
calls = 0
def counted(real):
    def call(*words, **named):
        global calls
        calls += 1
        if calls == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*words, **named)
    return call
keyring = secret_store._Keyring
for name in ("write", "remove"):
    setattr(keyring, name, counted(getattr(keyring, name)))
for module in (small_files, paths):
    module.write_private = counted(module.write_private)
import wizard.storage.jobs
wizard.storage.jobs.write_private = paths.write_private
asyncio.run(rotation.rotate_token(services, job, second))
print(calls)
"""

LAW = """
import json, subprocess, sys
from pathlib import Path
from tests.sandbox_process import running_sandbox
from wizard.app import make_services
from wizard.sandbox_process import SandboxProcess
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.flow.steps.session import new_draft
from dataclasses import replace
home, story = sys.argv[1], []
with running_sandbox() as sandbox:
    second = sandbox.second_token()
    draft = replace(new_draft(), name="Staff", source=SourceChoice("sample"), target=TargetChoice(sandbox.tenant_url))
    job = make_services(SandboxProcess(), home).jobs.save(draft).job
    entry = ["secret-tool", "lookup", "service", "identity-center-wizard", "username", job.id + "/aws-token"]
    words = [home, sandbox.tenant_url, sandbox.token, second]
    def rotate(point):
        command = [sys.executable, "-c", sys.argv[2], *words, str(point)]
        return subprocess.run(command, capture_output=True, text=True)
    def stored():
        token = subprocess.run(entry, capture_output=True, text=True).stdout
        return {sandbox.token: "first", second: "second"}.get(token, "none")
    point, ended = 0, False
    while not ended:
        point += 1
        killed = rotate(point)
        ended = killed.returncode == 0
        after = stored()
        again = 0 if ended else rotate(-point).returncode
        story.append([killed.returncode, after, again, stored()])
        assert point < 20, killed.stderr
print(json.dumps(story))
"""


@pytest.mark.slow
@pytest.mark.desktop
def test_killed_anywhere_the_keyring_holds_a_token_that_works(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LAW, str(tmp_path / "home"), STORY]
    done = run_in_keyring_session(command, {"PYTHONPATH": str(ROOT)}, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    story = json.loads(done.stdout.splitlines()[-1])
    assert len(story) > 3
    assert [killed for killed, *_rest in story] == [-9] * (len(story) - 1) + [0]
    assert {after for _killed, after, *_rest in story} == {"first", "second"}
    assert [again for _killed, _after, again, _last in story] == [0] * len(story)
    assert [last for *_rest, last in story] == ["second"] * len(story)
