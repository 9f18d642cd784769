"""A file on a share that never answers is a sentence, and keeps nothing waiting."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.flow.directory.reading import read_directory
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.flow.support import patience
from wizard.flow.support.patience import in_time
from wizard.provisioning.job import EntraChoice, SourceChoice

pytestmark = pytest.mark.anyio


async def test_what_returns_in_time_is_returned_and_raised() -> None:
    assert await in_time("x", lambda: 4) == 4
    with pytest.raises(ZeroDivisionError):
        await in_time("x", lambda: 1 // 0)  # type: ignore[arg-type, return-value]

    def times_out() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await in_time("x", times_out)


async def test_a_share_that_never_answers_is_reported(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "FILE_SECONDS", 0.2)
    held = threading.Event()
    monkeypatch.setattr("wizard.flow.directory.reading._look_up", lambda _: held.wait(60))
    entra = EntraChoice(tenant="contoso.example", certificate_file=str(tmp_path / "key.pem"))
    job = replace(new_draft(), source=SourceChoice("entra", entra=entra))
    try:
        with pytest.raises(WizardError) as error:
            await read_directory(services, job)
    finally:
        held.set()
    assert error.value.message.code == "file-silent"
    assert error.value.message.args["path"] == str(tmp_path / "key.pem")
