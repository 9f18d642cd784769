"""A log that cannot be written is told, and shows no trace."""

import errno
import logging
from io import StringIO
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.flow.support.fault_log import MODULES, NAME, PACKAGES, note_fault
from wizard.storage.paths import HOME_VARIABLE


class Full(StringIO):
    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_shows_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    fault = WizardError("Something")
    assert NAME in note_fault(fault)
    (handler,) = [
        h for h in logging.getLogger().handlers if getattr(h, "baseFilename", "") == str(tmp_path / "logs" / NAME)
    ]
    assert isinstance(handler, logging.StreamHandler)
    try:
        handler.setStream(Full()).close()
        assert note_fault(fault) == "The log could not be written either (WizardError)."
        assert capsys.readouterr() == ("", "")
    finally:
        logging.getLogger().removeHandler(handler)


def test_every_module_of_the_program_can_be_named():
    folder = Path(__file__).resolve().parents[2] / "wizard"
    assert {path.parent.name for path in folder.glob("*/*.py")} <= set(PACKAGES.split("|"))
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} <= set(MODULES.split("|"))
