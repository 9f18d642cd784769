"""A log that cannot be written is reported without a traceback."""

import errno
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.flow.support.fault_log import MODULES, NAME, PACKAGES, last_faults, note_fault
from wizard.storage.paths import HOME_VARIABLE, Home


@pytest.fixture
def handlers() -> Iterator[None]:
    """Remove the log handlers that a test adds."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
        handler.close()


class Full(StringIO):
    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_shows_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    fault = WizardError("some-fault")
    assert NAME in note_fault(fault)
    (handler,) = [
        h for h in logging.getLogger().handlers if getattr(h, "baseFilename", "") == str(tmp_path / "logs" / NAME)
    ]
    assert isinstance(handler, logging.StreamHandler)
    try:
        handler.setStream(Full()).close()
        assert note_fault(fault).endswith("(WizardError).")
        assert capsys.readouterr() == ("", "")
    finally:
        logging.getLogger().removeHandler(handler)


def test_every_module_of_the_program_can_be_named():
    folder = Path(__file__).resolve().parents[3] / "wizard"
    assert {path.parent.name for path in folder.glob("*/*.py")} <= set(PACKAGES.split("|"))
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} <= set(MODULES.split("|"))


def test_a_fault_is_noted_in_the_home_that_the_command_line_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, handlers: None
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "usual"))
    named = tmp_path / "named"
    with pytest.raises(FileNotFoundError) as raised:
        (tmp_path / "missing").read_text()
    assert str(named) in note_fault(raised.value, str(named))
    assert "FileNotFoundError" in last_faults(Home(named))[0]
    assert not (tmp_path / "usual").exists()
