"""Secrets in files that the caller names: who may read the file, what it may contain, and what it overrides."""

import os
import threading
from pathlib import Path

import pytest

from wizard.errors import NoAccess, NoSecret, OtherTenant
from wizard.secret import take_secrets
from wizard.storage import secret_store
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET, SecretStore, StoredSecret

JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
URL = "https://scim.eu-central-1.amazonaws.com/abc/scim/v2"
TOKEN = "tök-0123456789-ABCDEF"
VARIABLE = AWS_TOKEN.variable


def a_file(folder: Path, content: bytes = TOKEN.encode(), mode: int = 0o600) -> Path:
    path = folder / "a token % file"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_variable_names_the_file(tmp_path: Path) -> None:
    path = a_file(tmp_path, b"\xef\xbb\xbf" + TOKEN.encode() + b"\r\n")
    secrets = SecretStore({f"{VARIABLE}_FILE": str(path)})
    assert (secrets.find(JOB, AWS_TOKEN, URL), secrets.where(JOB, AWS_TOKEN)) == (TOKEN, "environment")
    assert not secrets.is_passed_in(ENTRA_SECRET)


def test_an_option_goes_before_everything_else(tmp_path: Path) -> None:
    secrets = SecretStore({VARIABLE: "other"})
    secrets.session.store(JOB, AWS_TOKEN, StoredSecret("session", URL))
    secrets.use_file(AWS_TOKEN, a_file(tmp_path))
    assert secrets.find(JOB, AWS_TOKEN, URL) == TOKEN


def test_a_file_is_bound_to_the_address_beside_it(tmp_path: Path) -> None:
    environ = {f"{VARIABLE}_FILE": str(a_file(tmp_path)), AWS_TOKEN.address_variable: "https://elsewhere/scim/v2"}
    with pytest.raises((OtherTenant, NoAccess)):
        SecretStore(environ).find(JOB, AWS_TOKEN, URL)


def test_a_secret_that_is_set_twice_is_refused(tmp_path: Path) -> None:
    secrets = SecretStore({VARIABLE: "a", f"{VARIABLE}_FILE": str(a_file(tmp_path))})
    with pytest.raises(NoSecret) as error:
        secrets.find(JOB, AWS_TOKEN, URL)
    assert error.value.message.code == "secret-passed-in-twice"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(("mode", "good"), [(0o600, True), (0o400, True), (0o440, True), (0o640, True), (0o644, False),
                                            (0o604, False), (0o660, False), (0o602, False), (0o601, False)])  # fmt: skip
def test_a_file_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int, good: bool) -> None:
    secrets = SecretStore({})
    path = a_file(tmp_path, mode=mode)
    if good:
        secrets.use_file(AWS_TOKEN, path)
        assert secrets.find(JOB, AWS_TOKEN, URL) == TOKEN
        return
    with pytest.raises(NoSecret) as error:
        secrets.use_file(AWS_TOKEN, path)
    assert error.value.message.code == "secret-file-too-open"
    assert not secrets.is_passed_in(AWS_TOKEN)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "secret-file-empty"),
        (b" \n", "secret-file-empty"),
        (b"\xff\xfet\x00", "secret-file-not-text"),
        (b"a" * (64 * 1024 + 1), "secret-file-too-large"),
    ],
)
def test_an_invalid_secret_is_refused_without_showing_it(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(NoSecret) as error:
        SecretStore({}).use_file(AWS_TOKEN, a_file(tmp_path, content))
    assert error.value.message.code == code
    assert set(error.value.message.args) <= {"path", "limit"}


@pytest.mark.parametrize("text", ["\udcff\udcfe-token", "token-\ud800"])
def test_a_variable_that_is_not_text_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(NoSecret) as error:
        SecretStore({VARIABLE: text}).find(JOB, AWS_TOKEN, URL)
    assert error.value.message.code == "secret-variable-not-text"
    assert error.value.message.args == {"variable": VARIABLE}


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(NoSecret) as error:
            SecretStore({f"{VARIABLE}_FILE": str(path)}).find(JOB, AWS_TOKEN, URL)
        assert error.value.message.code == "secret-file-not-read"
    if os.path.exists("/dev/zero"):
        with pytest.raises(NoSecret) as error:
            SecretStore({}).use_file(AWS_TOKEN, Path("/dev/zero"))
        assert error.value.message.code == "secret-file-not-a-file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    writer = threading.Thread(target=pipe.write_text, args=(f"{TOKEN}\n", "utf-8"))
    writer.start()
    secrets = SecretStore({f"{VARIABLE}_FILE": str(pipe)})
    assert [secrets.find(JOB, AWS_TOKEN, URL), secrets.where(JOB, AWS_TOKEN)] == [TOKEN, "environment"]
    writer.join()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_a_pipe_that_nobody_writes_or_ends_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_store, "_PIPE_SECONDS", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)

    def refused() -> str:
        with pytest.raises(NoSecret) as error:
            SecretStore({}).use_file(AWS_TOKEN, pipe)
        return error.value.message.code

    assert refused() == "secret-file-not-read"
    writer = os.open(pipe, os.O_RDWR)
    os.write(writer, b"half a sec")
    assert refused() == "secret-file-not-read"
    os.close(writer)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)

    def write() -> None:
        with pipe.open("wb") as file:
            for part in (TOKEN.encode()[:3], TOKEN.encode()[3:]):
                file.write(part)
                file.flush()
                threading.Event().wait(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    assert SecretStore({f"{VARIABLE}_FILE": str(pipe)}).find(JOB, AWS_TOKEN, URL) == TOKEN
    writer.join()


def test_a_credential_that_an_editor_marked_is_read_without_the_mark(tmp_path: Path) -> None:
    (tmp_path / AWS_TOKEN.credential).write_bytes(b"\xef\xbb\xbf" + TOKEN.encode() + b"\r\n")
    assert SecretStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}).find(JOB, AWS_TOKEN, URL) == TOKEN


def test_child_processes_do_not_learn_where_the_secret_is(tmp_path: Path) -> None:
    environ = {
        f"{VARIABLE}_FILE": str(a_file(tmp_path)),
        "IDENTITY_CENTER_WIZARD_ALERT_MAIL_FILE": "/secrets/mail",
        "IDENTITY_CENTER_WIZARD_ALERT_WEBHOOK_2": "https://hooks.example.test/T0/secret",
        "PATH": "/bin",
    }
    whole = take_secrets(environ)
    assert environ == {"PATH": "/bin"}
    assert SecretStore(whole).find(JOB, AWS_TOKEN, URL) == TOKEN
