"""A desk whose job goes from a small company in two files into a sandbox; and what its pages are asked by tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.company import Company, company
from tests.sandbox_process import SandboxHandle
from tests.ui.pages.stand import desk_at
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.plan import Prepared, prepare
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.ui.page_context import Desk

WAIT = 20_000
"""Milliseconds."""


@contextmanager
def company_desk(
    folder: Path, sandbox: SandboxHandle, qtbot: QtBot, people: int = 8
) -> Iterator[tuple[Desk, Company]]:
    """A desk with a job for a company of its own; the token is kept for this session."""
    made = company(people, 2, people)
    users, members = made.write(folder)
    with desk_at(folder / "home") as desk:
        source = SourceChoice("file", users_file=str(users), members_file=str(members))
        job = replace(new_draft(), name="Test job", source=source, target=TargetChoice(sandbox.tenant_url))
        desk.session.begin(job)
        done: list[object] = []

        async def keep(services: Services, _emit: object) -> None:
            await store_token(services, job, sandbox.token, session_only=True)

        desk.ask("keyring", keep, lambda _value: done.append(1), lambda error: done.append(error))
        qtbot.waitUntil(lambda: bool(done), timeout=WAIT)
        assert done == [1]
        desk.session.found.token_kept = "session"
        yield desk, made


def planned(desk: Desk, qtbot: QtBot) -> None:
    """Work out the plan of the desk's job, as Preview does."""
    done: list[Prepared] = []
    failed: list[object] = []
    job = desk.session.draft
    desk.ask("preview", lambda services, emit: prepare(services, job, emit), done.append, failed.append)
    qtbot.waitUntil(lambda: bool(done or failed), timeout=WAIT)
    assert not failed
    desk.session.take_plan(done[0].plan, done[0].snapshot)
    desk.session.found.plan_requests = done[0].requests
