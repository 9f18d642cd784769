"""A context whose job goes from a small company in two files into a sandbox; and what its pages are asked by tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.company import Company, company
from tests.sandbox_process import SandboxHandle
from tests.ui.pages.stand import context_at
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.plan import Prepared, prepare
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.provisioning.plan import Plan, Unchanged
from wizard.ui.page import PageContext
from wizard.ui.tasks import Slot

WAIT = 20_000
"""Milliseconds."""


@contextmanager
def company_context(
    folder: Path, sandbox: SandboxHandle, qtbot: QtBot, people: int = 8, saved: bool = False
) -> Iterator[tuple[PageContext, Company]]:
    """A context with a job for a company of its own; the token is kept for this session.

    saved: the job is in HOME, and so is its journal.
    """
    made = company(people, 2, people)
    users, members = made.write(folder)
    with context_at(folder / "home") as context:
        source = SourceChoice("file", users_file=str(users), members_file=str(members))
        job = replace(new_draft(), name="Test job", source=source, target=TargetChoice(sandbox.tenant_url))
        context.session.begin(job)
        done: list[object] = []

        async def keep(services: Services, _emit: object) -> None:
            if saved:
                services.jobs.save(job)
            await store_token(services, job, sandbox.token, session_only=True)

        context.tasks.run(Slot.TOKEN_SAVE, keep, on_done=lambda _value: done.append(1), on_error=done.append)
        qtbot.waitUntil(lambda: bool(done), timeout=WAIT)
        assert done == [1]
        context.session.found.token_kept = "session"
        yield context, made


def planned(context: PageContext, qtbot: QtBot) -> None:
    """Work out the plan of the context's job, as Preview does."""
    done: list[Prepared] = []
    failed: list[object] = []
    job = context.session.draft
    context.tasks.run(
        Slot.PLAN_READ,
        lambda services, emit: prepare(services, job, emit),
        on_done=done.append,
        on_error=failed.append,
    )
    qtbot.waitUntil(lambda: bool(done or failed), timeout=WAIT)
    assert not failed
    context.session.take_plan(done[0].plan, done[0].snapshot)
    context.session.found.plan_requests = done[0].requests


def plan_with(**values: object) -> Plan:
    """An empty plan with these values."""
    empty = Plan((), (), (), Unchanged(), (), (), (), 0, "2026-11-23T14:41:00+00:00", checksum="a")
    return replace(empty, **values)  # type: ignore[arg-type]
