"""The log as a file, also while a run writes it."""

import json
from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection
from unittest.mock import patch

import pytest

from wizard.errors import Message
from wizard.flow.runs import history
from wizard.provisioning.events import LogRow
from wizard.storage import log_pages
from wizard.storage.journal import Journal
from wizard.storage.log_pages import LoggedRow
from wizard.storage.paths import Home

pytestmark = pytest.mark.anyio
JOB_ID = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
ROWS = 12_000


def row(label: str) -> LogRow:
    message = Message("object-created", members=0)
    return LogRow("2026-11-23T15:00:00.000Z", "user", label, label, "create", "success", message)


async def test_a_log_exported_during_a_run_has_every_row_once(home: Home, tmp_path: Path) -> None:
    read = log_pages._rows
    with Journal.open(home, JOB_ID, "https://one/scim/v2") as journal:
        run = journal.begin_run({})
        journal.append_log([row(f"person {number:06}") for number in range(ROWS)])
        journal.flush()

        def slow(connection: Connection, numbers: Sequence[int]) -> tuple[LoggedRow, ...]:
            journal.append_log([row(f"another {number:06}") for number in range(100)])  # sorted before all others
            journal.flush()
            return read(connection, numbers)

        with patch.object(log_pages, "_rows", slow):
            query = history.LogQuery(run, order="label", descending=False)
            number = await history.export_log(home, JOB_ID, query, tmp_path / "log.json")
    labels = [each["label"] for each in json.loads((tmp_path / "log.json").read_text())]
    assert labels == [f"person {number:06}" for number in range(ROWS)]
    assert number == ROWS
