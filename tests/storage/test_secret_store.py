"""Against a real GNOME Keyring, in a process of its own; and against systems without a safe one."""

import json
import logging
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.keyring_session import run_in_keyring_session
from wizard.errors import NoAccess, NoSecret, OtherTenant, WizardError
from wizard.storage import secret_store
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET, SecretStore, ask_keyring

ROOT = Path(__file__).resolve().parents[2]
JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
URL = "https://scim.eu-central-1.amazonaws.com/abc/scim/v2"
OTHER = "https://scim.us-east-1.amazonaws.com/xyz/scim/v2"
TOKEN = "tök-0123456789-ABCDEF"
SIGN_IN_AT = "https://login.microsoftonline.com/contoso/client https://graph.microsoft.com"

OPENING = f"""
import json, subprocess, sys
import keyring
from wizard.errors import *
from wizard.storage.secret_store import *
JOB, URL, OTHER, TOKEN, SIGN_IN_AT = {JOB!r}, {URL!r}, {OTHER!r}, {TOKEN!r}, {SIGN_IN_AT!r}
answers = []
def note(call):
    try:
        answers.append(call())
    except WizardError as error:
        assert error.__cause__ is None and error.__context__ is None
        answers.append([type(error).__name__, error.message.code, dict(error.message.args)])
def looked_up(entry):
    command = ["secret-tool", "lookup", "service", "identity-center-wizard", "username", JOB + "/" + entry]
    return subprocess.run(command, capture_output=True, text=True).stdout
def lock():
    import secretstorage
    from contextlib import closing
    with closing(secretstorage.dbus_init()) as bus:
        secretstorage.get_default_collection(bus).lock()
secrets = SecretStore({{}})
def find(address=URL, job=JOB):
    return SecretStore({{}}).find(job, AWS_TOKEN, address)
def store(address=URL, token=TOKEN, job=JOB):
    secrets.store(job, AWS_TOKEN, token, address)
"""
CLOSING = "\nprint(json.dumps(answers))"


def code(body: str) -> list[str]:
    return [sys.executable, "-W", "ignore::ResourceWarning", "-c", OPENING + textwrap.dedent(body) + CLOSING]


def answers_of(done: "subprocess.CompletedProcess[str]") -> list[Any]:
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    assert TOKEN not in done.stderr
    return answers


def in_keyring(body: str, locked: bool = False) -> list[Any]:
    return answers_of(run_in_keyring_session(code(body), env={"PYTHONPATH": str(ROOT)}, locked=locked))


def without_keyring(body: str, **env: str) -> list[Any]:
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **env}
    return answers_of(
        subprocess.run(code(body), env=environ, capture_output=True, text=True, timeout=60, check=False)
    )


@pytest.mark.desktop
def test_token_and_address_are_keyring_entries_with_fixed_names() -> None:
    answers = in_keyring("""
        note(find)
        note(store)
        note(lambda: looked_up("aws-token"))
        note(lambda: looked_up("tenant-url"))
        note(find)
        note(lambda: find(URL + "/"))
        note(lambda: find(job="another-job"))
        note(lambda: secrets.where(JOB, AWS_TOKEN))
        note(lambda: secrets.keyring_state().usable)
    """)
    assert answers == ["", None, TOKEN, URL, TOKEN, TOKEN, "", "keyring", True]


@pytest.mark.desktop
def test_entries_written_by_earlier_versions_are_read() -> None:
    """Version 0.1 wrote these entries of this service. The file was encrypted with Fernet and the key beside it."""
    key = "cBd9BLV6jAb2sCNhKuPtvvFWTJ4nJY0gJIVwW6lYSxI="
    answers = in_keyring(f"""
        import tempfile
        from pathlib import Path
        from cryptography.fernet import Fernet
        from wizard.storage.paths import Home
        for entry, text in (
            ("tenant-url", URL), ("aws-token", TOKEN), ("entra-secret", "client-secret"), ("sign-in-key", "{key}")
        ):
            keyring.set_password("identity-center-wizard", JOB + "/" + entry, text)
        home = Home(Path(tempfile.mkdtemp()))
        (home.root / "sign-ins").mkdir()
        (home.root / "sign-ins" / (JOB + ".bin")).write_bytes(Fernet("{key}").encrypt(b"tokens"))
        note(find)
        note(lambda: find(OTHER)[0])
        note(lambda: secrets.find(JOB, ENTRA_SECRET))
        note(lambda: SignInCache(secrets, home, JOB).load())
    """)
    assert answers[0] == TOKEN
    assert answers[1][0] == "OtherTenant"
    assert answers[2:] == ["", ""], "where these may be sent is unknown: they are entered again"


@pytest.mark.desktop
def test_the_token_goes_only_to_the_url_it_was_kept_for() -> None:
    refused, after, changed, kept = in_keyring("""
        store()
        note(lambda: find(OTHER))
        store(OTHER, TOKEN + "2")
        note(lambda: find(OTHER))
        note(find)
        note(lambda: looked_up("aws-token"))
    """)
    assert refused[0] == changed[0] == "OtherTenant"
    assert refused[2] == {"kept_url": URL, "asked_url": OTHER}
    assert after == kept == TOKEN + "2"


@pytest.mark.desktop
def test_half_a_pair_is_no_secret() -> None:
    answers = in_keyring("""
        keyring.set_password(SERVICE, JOB + "/aws-token", TOKEN)
        note(find)
        keyring.delete_password(SERVICE, JOB + "/aws-token")
        keyring.set_password(SERVICE, JOB + "/tenant-url", URL)
        note(find)
        note(lambda: secrets.where(JOB, AWS_TOKEN))
        store()
        note(find)
    """)
    assert answers == ["", "", "", TOKEN]


@pytest.mark.desktop
def test_an_interrupted_store_never_leaves_a_token_beside_another_url() -> None:
    """The keyring fails before each of its writes in turn."""
    answers = in_keyring("""
        from keyring.backends.SecretService import Keyring
        class Cut(Keyring):
            priority = 9
            left = 99
            def set_password(self, *values):
                Cut.left -= 1
                if Cut.left < 0:
                    raise OSError("cut off with " + values[2])
                return super().set_password(*values)
            def delete_password(self, *values):
                Cut.left -= 1
                if Cut.left < 0:
                    raise OSError("cut off")
                return super().delete_password(*values)
        Cut.__module__ = "keyring.backends.SecretService"
        keyring.set_keyring(Cut())
        for left in range(4):
            Cut.left = 99
            store()
            Cut.left = left
            note(lambda: store(OTHER, "new-token"))
            answers.append([looked_up("tenant-url"), looked_up("aws-token")])
    """)
    failures, stored = answers[0::2], answers[1::2]
    assert [failure and failure[0] for failure in failures] == ["NoSecret", "NoSecret", "NoSecret", None]
    assert "new-token" not in str(failures)
    assert stored == [[URL, TOKEN], [URL, ""], [OTHER, ""], [OTHER, "new-token"]]


@pytest.mark.desktop
def test_a_deleted_pair_is_gone_and_deleting_nothing_is_no_error() -> None:
    answers = in_keyring("""
        store()
        store(token="stays", job="other")
        for _ in range(2):
            note(lambda: secrets.delete(JOB, AWS_TOKEN))
        note(find)
        note(lambda: looked_up("aws-token") + looked_up("tenant-url"))
        note(lambda: find(job="other"))
    """)
    assert answers == [None, None, "", "", "stays"]


@pytest.mark.desktop
def test_secrets_of_different_kinds_do_not_touch_each_other() -> None:
    answers = in_keyring("""
        store()
        secrets.store(JOB, ENTRA_SECRET, " client-secret ", SIGN_IN_AT)
        note(lambda: looked_up("entra-secret"))
        note(find)
        secrets.delete(JOB, AWS_TOKEN)
        note(lambda: secrets.find(JOB, ENTRA_SECRET, SIGN_IN_AT))
        note(lambda: secrets.find(JOB, ENTRA_SECRET, SIGN_IN_AT + "x")[0])
        secrets.delete(JOB, ENTRA_SECRET)
        note(lambda: secrets.where(JOB, ENTRA_SECRET))
    """)
    assert answers[:3] == ["client-secret", TOKEN, "client-secret"]
    assert answers[3][:2] == ["NoAccess", "secret-of-another-sign-in"]
    assert answers[4] == ""


@pytest.mark.desktop
def test_with_a_keyring_never_set_up_secrets_are_kept_for_the_session() -> None:
    usable, stored, read, client_secret, kept = in_keyring(
        """
        note(lambda: secrets.keyring_state().usable)
        note(store)
        note(find)
        note(lambda: secrets.store(JOB, ENTRA_SECRET, TOKEN, SIGN_IN_AT))
        secrets.keep_for_session(JOB, AWS_TOKEN, TOKEN, URL)
        note(lambda: secrets.find(JOB, AWS_TOKEN, URL))
        """,
        locked=True,
    )
    assert usable is True
    assert stored[0] == read[0] == client_secret[0] == "NoSecret"
    assert stored[1:] == ["keyring-not-opened", {"secret": "aws-token"}]
    assert client_secret[1:] == ["keyring-not-opened", {"secret": "entra-secret"}]
    assert kept == TOKEN


@pytest.mark.desktop
def test_the_environment_is_used_where_the_keyring_is_locked() -> None:
    answers = in_keyring("""
        store()
        lock()
        note(find)
        note(lambda: store(token="other"))
        note(lambda: secrets.delete(JOB, AWS_TOKEN))
        note(lambda: SecretStore({AWS_TOKEN.variable: "named"}).find(JOB, AWS_TOKEN, URL))
    """)
    assert [answer[0] for answer in answers[:3]] == ["NoSecret"] * 3
    assert [answer[1] for answer in answers[:3]] == ["keyring-locked"] * 3
    assert TOKEN not in str(answers)
    assert answers[3] == "named"


@pytest.mark.desktop
def test_many_threads_may_ask_at_once() -> None:
    (answers,) = in_keyring("""
        from concurrent.futures import ThreadPoolExecutor
        def one(number):
            store(token=f"token-{number}", job=f"job-{number}")
            return find(job=f"job-{number}")
        with ThreadPoolExecutor(8) as pool:
            answers.append(list(pool.map(one, range(16))))
    """)
    assert answers == [f"token-{number}" for number in range(16)]


def test_the_keyring_is_called_by_one_thread_at_a_time() -> None:
    under_way, most = 0, 0

    def question() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.01)
        under_way -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask_keyring(question, "read", AWS_TOKEN), range(16)))
    assert (under_way, most) == (0, 1)


def test_a_call_that_waits_for_a_person_does_not_block_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_store, "_TURN_SECONDS", 0.05)
    begun, unlocked = threading.Event(), threading.Event()

    def waits() -> bool:
        begun.set()
        return unlocked.wait(30)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask_keyring, waits, "read", AWS_TOKEN)
        assert begun.wait(30)
        assert ask_keyring(lambda: "answer", "read", AWS_TOKEN) == "answer"
        assert not first.done()
        unlocked.set()
        assert first.result(30)
    assert ask_keyring(lambda: "again", "read", AWS_TOKEN) == "again"


def test_a_call_that_fails_releases_the_lock() -> None:
    with pytest.raises(NoSecret):
        ask_keyring(lambda: 1 / 0, "read", AWS_TOKEN)
    assert not secret_store._turn.locked()


@pytest.mark.desktop
def test_two_pairs_stored_at_once_for_one_job_never_mix() -> None:
    (pair,) = in_keyring("""
        import threading
        def keep(url, token):
            for _ in range(10):
                try:
                    store(url, token)
                except WizardError:
                    pass
        threads = [threading.Thread(target=keep, args=pair) for pair in ((URL, "of-url"), (OTHER, "of-other"))]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        answers.append([looked_up("tenant-url"), looked_up("aws-token")])
    """)
    assert pair[1] == "" or pair in ([URL, "of-url"], [OTHER, "of-other"])


def test_no_bus_is_no_keyring() -> None:
    state, read, named, deleted = without_keyring("""
        note(lambda: [secrets.keyring_state().usable, secrets.keyring_state().message.code])
        note(find)
        note(lambda: SecretStore({AWS_TOKEN.variable: " named\\n"}).find(JOB, AWS_TOKEN, URL))
        note(lambda: secrets.delete(JOB, AWS_TOKEN))
    """)
    assert state == [False, "no-secret-service"]
    assert read[:2] == ["NoSecret", "no-secret-service"]
    assert named == "named"
    assert deleted is None


def test_a_dead_bus_is_an_error_without_its_words() -> None:
    (read,) = without_keyring(
        "note(find)",
        DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus",
        PYTHON_KEYRING_BACKEND="keyring.backends.SecretService.Keyring",
    )
    assert read[0] == "NoSecret"


@pytest.mark.parametrize(
    "backend",
    ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "keyring.backends.chainer.ChainerBackend"],
)
def test_a_backend_that_keeps_nothing_is_not_safe(backend: str) -> None:
    usable, stored = without_keyring(
        "note(lambda: secrets.keyring_state().usable)\nnote(store)", PYTHON_KEYRING_BACKEND=backend
    )
    assert usable is False
    assert stored[0] == "NoSecret"


FAKES = """
    import types
    from keyring.backend import KeyringBackend
    def made(module, priority_, **more):
        class Made(KeyringBackend):
            priority = priority_
            kept = {}
            def get_password(self, service, user): return self.kept.get(user)
            def set_password(self, service, user, password): self.kept[user] = password
            def delete_password(self, service, user): del self.kept[user]
        Made.__module__ = module
        for name, value in more.items(): setattr(Made, name, value)
        return Made()
"""


UNKNOWN = "somewhere.plainfile"


@pytest.mark.parametrize(
    "module", [UNKNOWN, "keyrings.alt.file", "keyring.backends", "keyring.backends.SecretServiceX"]
)
def test_a_backend_that_nobody_knows_is_not_safe(module: str) -> None:
    state, stored, kept = without_keyring(
        FAKES
        + f"""
    unknown = made("{module}", 9)
    keyring.set_keyring(unknown)
    note(lambda: [secrets.keyring_state().usable, secrets.keyring_state().message.code])
    note(store)
    answers.append(len(unknown.kept))
    """
    )
    assert state == [False, "keyring-not-safe"]
    assert stored == ["NoSecret", "keyring-not-safe", {"secret": "aws-token", "keyring": f"{module}.Made"}]
    assert kept == 0


def test_a_backend_is_used_if_it_was_allowed_by_name() -> None:
    without, allowed, null = without_keyring(
        FAKES
        + f"""
    import tempfile
    from pathlib import Path
    from wizard.storage.paths import Home
    names = allowed_keyrings(Home(Path(tempfile.mkdtemp()) / "home"))
    secrets = SecretStore({{}}, names.read)
    keyring.set_keyring(made("{UNKNOWN}", 9))
    names.change(lambda _: ("{UNKNOWN}.Other", "keyring.backends.null.Keyring"))
    note(store)
    names.change(lambda before: (*before, "{UNKNOWN}.Made"))
    note(store)
    from keyring.backends import null
    keyring.set_keyring(null.Keyring())
    note(store)
    """
    )
    assert without[:2] == ["NoSecret", "keyring-not-safe"]
    assert allowed is None
    assert null[:2] == ["NoSecret", "no-secret-service"]


def test_a_keyring_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_store, "_ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(secret_store, "_TURN_SECONDS", 0.05)
    never = threading.Event()
    for _ in range(2):  # the second one, while the first still waits
        with pytest.raises(NoSecret) as caught:
            ask_keyring(lambda: never.wait(30), "read", AWS_TOKEN)
        assert caught.value.message.code == "keyring-silent"
        assert caught.value.__context__ is None
    waiting = [thread for thread in threading.enumerate() if thread.name == "keyring"]
    assert len(waiting) == 2
    assert all(thread.daemon for thread in waiting)
    never.set()
    for thread in waiting:
        thread.join(10)


def test_a_keyring_that_ends_the_program_ends_nothing() -> None:
    with pytest.raises(NoSecret) as caught:
        ask_keyring(sys.exit, "read", AWS_TOKEN)
    assert caught.value.message.code == "keyring-failed"


def test_of_a_chain_only_a_safe_backend_is_asked() -> None:
    usable, stored, plain, safe, unsafe = without_keyring(
        FAKES
        + """
    plain, safe = made("keyrings.alt.file", 5), made("keyring.backends.macOS", 4)
    keyring.set_keyring(made("keyring.backends.chainer", 10, backends=[plain, safe]))
    note(lambda: secrets.keyring_state().usable)
    note(store)
    answers.append(len(plain.kept)); answers.append(len(safe.kept))
    keyring.set_keyring(made("keyring.backends.chainer", 10, backends=[plain]))
    note(lambda: secrets.keyring_state().usable)
    """
    )
    assert (usable, stored, plain, safe, unsafe) == (True, None, 0, 2, False)


def test_what_a_backend_raises_becomes_no_secret_and_holds_no_secret() -> None:
    """Such as jeepney's DBusErrorResponse, which is no KeyringError."""
    answers = without_keyring(
        FAKES
        + """
    class DBusErrorResponse(Exception): pass
    def raising(self, *values): raise DBusErrorResponse("the secret is " + str(values))
    keyring.set_keyring(made("keyring.backends.SecretService", 5, set_password=raising))
    note(store)
    keyring.set_keyring(made("keyring.backends.SecretService", 5, get_password=raising))
    note(find); note(store); note(lambda: secrets.delete(JOB, AWS_TOKEN))
    """
    )
    assert [answer[0] for answer in answers] == ["NoSecret"] * 4
    assert answers[0][1:] == [
        "keyring-failed",
        {
            "secret": "aws-token",
            "keyring": "keyring.backends.SecretService.Made",
            "doing": "write",
        },
    ]
    assert TOKEN not in str(answers)


@pytest.mark.parametrize("store", ["store", "lambda: secrets.store(JOB, ENTRA_SECRET, TOKEN, SIGN_IN_AT)"])
def test_a_keyring_that_loses_an_entry_is_an_error(store: str) -> None:
    (error,) = without_keyring(
        FAKES
        + f"""
    keyring.set_keyring(made("keyring.backends.SecretService", 5, set_password=lambda self, *values: None))
    note({store})
    """
    )
    assert error[:2] == ["NoSecret", "secret-not-stored"]


def test_a_token_too_long_for_windows_is_refused_before_anything_is_written() -> None:
    short, long, kept = without_keyring(
        FAKES
        + """
    keyring.set_keyring(made("keyring.backends.Windows", 5))
    note(lambda: store(token="x" * 1280))
    note(lambda: store(token="x" * 1281))
    note(lambda: len(find()))
    """
    )
    assert short is None
    assert long == ["NoSecret", "secret-too-long", {"secret": "aws-token", "length": 1281, "limit": 1280}]
    assert kept == 1280


def test_a_secret_for_the_session_never_reaches_a_keyring() -> None:
    secrets = SecretStore({})
    secrets.keep_for_session(JOB, AWS_TOKEN, TOKEN, URL)
    assert secrets.where(JOB, AWS_TOKEN) == "session"
    assert secrets.find(JOB, AWS_TOKEN, URL) == TOKEN
    with pytest.raises(OtherTenant):
        secrets.find(JOB, AWS_TOKEN, OTHER)
    assert SecretStore({}).session.read(JOB, AWS_TOKEN) is None


def test_the_secret_shows_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        secrets = SecretStore({})
        secrets.keep_for_session(JOB, AWS_TOKEN, TOKEN, URL)
        with pytest.raises(OtherTenant) as caught:
            secrets.find(JOB, AWS_TOKEN, OTHER)
    stored = secrets.session.read(JOB, AWS_TOKEN)
    assert stored is not None
    assert stored.text == TOKEN
    shown = f"{stored!r} {stored} {vars(secrets)} {vars(secrets.session)} {caught.value!r} {caught.value}"
    assert TOKEN not in shown + caplog.text


def test_another_tenant_is_no_access_and_no_secret_is_not() -> None:
    assert issubclass(OtherTenant, NoAccess)
    assert issubclass(NoSecret, WizardError)
    assert not issubclass(NoSecret, NoAccess)


def test_a_pasted_token_loses_the_end_of_its_line() -> None:
    secrets = SecretStore({})
    secrets.keep_for_session(JOB, AWS_TOKEN, f" {TOKEN}\r\n", URL)
    assert secrets.find(JOB, AWS_TOKEN, URL) == TOKEN
    (stored, kept) = without_keyring(
        FAKES
        + """
    keyring.set_keyring(made("keyring.backends.SecretService", 5))
    note(lambda: store(token=TOKEN + chr(10)))
    note(find)
    """
    )
    assert (stored, kept) == (None, TOKEN)


@pytest.mark.parametrize(("url", "token"), [("", TOKEN), (URL, ""), (URL, "  ")])
def test_half_a_pair_is_not_stored(url: str, token: str) -> None:
    with pytest.raises(WizardError, match=r"^no-secret-to-store "):
        SecretStore({}).store(JOB, AWS_TOKEN, token, url)


def test_an_empty_client_secret_is_not_stored() -> None:
    with pytest.raises(WizardError, match=r"^no-secret-to-store "):
        SecretStore({}).store(JOB, ENTRA_SECRET, " ")


def test_the_start_does_not_import_the_keyring() -> None:
    script = (
        "import sys, wizard.storage.secret_store, wizard.storage.jobs, wizard.storage.paths\n"
        "print({'keyring', 'platformdirs', 'cryptography'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"


def test_a_systemd_credential_goes_before_the_keyring_and_the_variable_before_both(tmp_path: Path) -> None:
    (tmp_path / "identity-center-wizard.aws-token").write_text(f"{TOKEN}\n", "utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    secrets = SecretStore(environ)
    assert secrets.is_passed_in(AWS_TOKEN)
    assert not secrets.is_passed_in(ENTRA_SECRET)
    secrets.keep_for_session(JOB, AWS_TOKEN, "another", URL)
    assert secrets.find(JOB, AWS_TOKEN, URL) == TOKEN
    assert secrets.where(JOB, AWS_TOKEN) == "environment"
    both = SecretStore({**environ, "IDENTITY_CENTER_WIZARD_AWS_TOKEN": "named"})
    assert both.find(JOB, AWS_TOKEN, URL) == "named"


def test_a_secret_passed_in_with_an_address_goes_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "identity-center-wizard.entra-secret").write_text("client-secret", "utf-8")
    (tmp_path / "identity-center-wizard.entra-address").write_text(f"{SIGN_IN_AT}\n", "utf-8")
    secrets = SecretStore(
        {
            "IDENTITY_CENTER_WIZARD_AWS_TOKEN": TOKEN,
            "IDENTITY_CENTER_WIZARD_AWS_TENANT_URL": f"{URL}/",
            "CREDENTIALS_DIRECTORY": str(tmp_path),
        }
    )
    assert secrets.find(JOB, AWS_TOKEN, URL) == TOKEN
    with pytest.raises(OtherTenant):
        secrets.find(JOB, AWS_TOKEN, OTHER)
    assert secrets.find(JOB, ENTRA_SECRET, SIGN_IN_AT) == "client-secret"
    with pytest.raises(NoAccess) as error:
        secrets.find(JOB, ENTRA_SECRET, SIGN_IN_AT.replace("client", "other"))
    assert error.value.message.code == "secret-of-another-sign-in"


def test_tokens_of_another_sign_in_are_not_loaded(tmp_path: Path) -> None:
    secrets, home = SecretStore({}), Home(tmp_path)
    secret_store.SignInCache(secrets, home, JOB, session_only=True, address=SIGN_IN_AT).save("tokens")
    assert secret_store.SignInCache(secrets, home, JOB, address=SIGN_IN_AT).load() == "tokens"
    assert secret_store.SignInCache(secrets, home, JOB, address=f"{SIGN_IN_AT}x").load() == ""


def test_a_unit_without_our_credential_passes_no_secret_in(tmp_path: Path) -> None:
    secrets = SecretStore({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert not secrets.is_passed_in(AWS_TOKEN)
    secrets.keep_for_session(JOB, AWS_TOKEN, "another", URL)
    assert secrets.find(JOB, AWS_TOKEN, URL) == "another"


def test_a_credential_that_is_no_text_is_an_error_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "identity-center-wizard.aws-token").write_bytes(b"\xff\xfetoken")
    with pytest.raises(NoSecret, match=r"^credential-not-read ") as error:
        SecretStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}).find(JOB, AWS_TOKEN, URL)
    assert "\\xfe" not in str(error.value)
    assert error.value.__context__ is None


# --- the sign-in to Microsoft ------------------------------------------------------------------------------------------

TOKENS = "refresh-token-" * 800
SIGN_IN = f"""
    import tempfile
    from pathlib import Path
    from wizard.storage.paths import Home
    TOKENS = {TOKENS!r}
    home = Home.open({{"IDENTITY_CENTER_WIZARD_HOME": tempfile.mkdtemp()}})
    file = home.root / "sign-ins" / (JOB + ".bin")
    def cache(**options): return SignInCache(secrets, home, JOB, **options)
"""


@pytest.mark.desktop
def test_a_sign_in_is_encrypted_on_disk_with_a_short_key_in_the_keyring() -> None:
    before, kept, clear, mode, short, in_memory, after, left, key = in_keyring(
        SIGN_IN
        + """
    note(cache().load)
    cache().save(TOKENS)
    note(lambda: SignInCache(SecretStore({}), home, JOB).load() == TOKENS)
    note(lambda: b"refresh-token" in file.read_bytes())
    note(lambda: oct(file.stat().st_mode & 0o777))
    note(lambda: len(looked_up("sign-in-key")) < 100)
    note(lambda: cache().for_session)
    cache().delete()
    note(cache().load)
    note(file.exists)
    note(lambda: looked_up("sign-in-key"))
    """
    )
    assert (before, kept, clear, mode, short, in_memory) == ("", True, False, "0o600", True, False)
    assert (after, left, key) == ("", False, "")


@pytest.mark.desktop
def test_a_file_of_another_key_is_a_sign_in_to_make_again() -> None:
    answers = in_keyring(
        SIGN_IN
        + """
    cache().save(TOKENS)
    kept = file.read_bytes()
    cache().delete()
    cache().save("new")
    file.write_bytes(kept)
    note(cache().load)
    """
    )
    assert answers == [""]


@pytest.mark.parametrize("run", [without_keyring, in_keyring])
def test_a_sign_in_stays_in_memory_without_a_keyring_or_when_asked_for(run: Callable[[str], list[Any]]) -> None:
    session_only = run is in_keyring
    answers = run(
        SIGN_IN
        + f"""
    note(lambda: cache(session_only={session_only}).save(TOKENS))
    note(file.exists)
    note(lambda: [cache().for_session, cache().load() == TOKENS])
    cache().delete()
    note(cache().load)
    """
    )
    assert answers == [None, False, [True, True], ""]
