"""Loading files that stop answering, grow, or are cancelled while they are read."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from wizard.errors import WizardError
from wizard.sources import loading
from wizard.sources.catalogue import open_source
from wizard.sources.decoding import as_text
from wizard.sources.loading import load


class _Silent(io.BytesIO):
    """A file on a share whose server goes away after the first piece."""

    def __init__(self, first: bytes, answered: threading.Event) -> None:
        super().__init__(first)
        self._answered = answered

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if not piece:
            self._answered.wait()
        return piece


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    path, answered = tmp_path / "people.csv", threading.Event()
    path.write_text("id,userName\n1,a@x.example\n")
    silent = _Silent(path.read_bytes(), answered)
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *args, **more: silent if self == path else real(self, *args, **more)
    )
    yield path
    answered.set()


def test_a_share_that_falls_silent_within_a_file(silent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SILENT_SECONDS", 0.2)
    with pytest.raises(WizardError) as error:
        load(silent)
    assert error.value.message.code == "file-silent"
    assert error.value.message.args["path"] == str(silent)


def test_a_reading_from_a_silent_share_can_be_cancelled(silent: Path) -> None:
    reading = threading.Event()

    async def read() -> None:
        with anyio.CancelScope() as scope:

            def report(_progress: object) -> None:
                reading.set()
                anyio.from_thread.run_sync(scope.cancel)

            await open_source("file", str(silent)).read(report)
        assert scope.cancelled_caught

    anyio.run(read)
    assert reading.is_set()
    for thread in threading.enumerate():
        if "AnyIO worker" in thread.name:
            thread.join()  # it ends, although the share never answers
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "file")


def test_a_file_that_grows_beyond_the_limit_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(bytes(100))
    monkeypatch.setattr(loading, "FILE_LARGEST", 200)
    monkeypatch.setattr(Path, "open", lambda *_: io.BytesIO(bytes(201)))
    with pytest.raises(WizardError, match="file-too-large"):
        load(path)


def test_checking_a_long_text_can_be_cancelled() -> None:
    data = "id,userName\n1,\u00e4@x.example\n".encode() + b"x\n" * (4 << 20)
    ticks: list[None] = []
    as_text(data, "people.csv", tick=lambda: ticks.append(None))
    assert len(ticks) > 8, "one for each megabyte"


def test_files_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    content = b"0123456789abcdef" * (3 << 16) + b"end"
    path.write_bytes(content)
    assert load(path) == content
