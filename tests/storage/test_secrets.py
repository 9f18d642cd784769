"""Against a real GNOME Keyring, in a process of its own; and against systems without a safe one."""

import json
import logging
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.keyring_session import run_in_keyring_session
from wizard.errors import NoAccess, NoSecret, OtherTenant, WizardError
from wizard.storage import keyring_backend
from wizard.storage.keyring_backend import asked
from wizard.storage.secrets import Secrets, StoredSecret

ROOT = Path(__file__).resolve().parents[2]
JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
URL = "https://scim.eu-central-1.amazonaws.com/abc/scim/v2"
OTHER = "https://scim.us-east-1.amazonaws.com/xyz/scim/v2"
TOKEN = "tök-0123456789-ABCDEF"

OPENING = f"""
import json, subprocess, sys
import keyring
from wizard.errors import *
from wizard.storage.secrets import *
JOB, URL, OTHER, TOKEN = {JOB!r}, {URL!r}, {OTHER!r}, {TOKEN!r}
answers = []
def tell(call):
    try:
        answer = call()
        answers.append([answer.tenant_url, answer.token] if isinstance(answer, StoredSecret) else answer)
    except WizardError as error:
        assert error.__cause__ is None and error.__context__ is None
        answers.append([type(error).__name__, str(error)])
def looked_up(entry):
    command = ["secret-tool", "lookup", "service", "identity-center-wizard", "username", JOB + "/" + entry]
    return subprocess.run(command, capture_output=True, text=True).stdout
def lock():
    import secretstorage
    from contextlib import closing
    with closing(secretstorage.dbus_init()) as bus:
        secretstorage.get_default_collection(bus).lock()
secrets = Secrets({{}})
"""
CLOSING = "\nprint(json.dumps(answers))"


def code(body: str) -> list[str]:
    return [sys.executable, "-W", "ignore::ResourceWarning", "-c", OPENING + textwrap.dedent(body) + CLOSING]


def told(done: "subprocess.CompletedProcess[str]") -> list[Any]:
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    assert TOKEN not in done.stderr
    return answers


def in_keyring(body: str, locked: bool = False) -> list[Any]:
    return told(run_in_keyring_session(code(body), env={"PYTHONPATH": str(ROOT)}, locked=locked))


def without_keyring(body: str, **env: str) -> list[Any]:
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **env}
    return told(subprocess.run(code(body), env=environ, capture_output=True, text=True, timeout=60, check=False))


def test_both_values_stand_in_the_keyring_under_their_promised_names() -> None:
    answers = in_keyring("""
        tell(lambda: secrets.read(JOB))
        tell(lambda: secrets.store(JOB, URL, TOKEN))
        tell(lambda: looked_up("aws-token"))
        tell(lambda: looked_up("tenant-url"))
        tell(lambda: Secrets({}).read(JOB))
        tell(lambda: Secrets({}).token_for(JOB, URL + "/"))
        tell(lambda: secrets.read("another-job"))
        tell(lambda: secrets.state().usable)
    """)
    assert answers == [None, None, TOKEN, URL, [URL, TOKEN], TOKEN, None, True]


def test_the_token_goes_only_to_the_url_it_was_kept_for() -> None:
    refused, after, changed, kept = in_keyring("""
        secrets.store(JOB, URL, TOKEN)
        tell(lambda: secrets.token_for(JOB, OTHER))
        secrets.store(JOB, OTHER, TOKEN + "2")
        tell(lambda: secrets.token_for(JOB, OTHER))
        tell(lambda: secrets.token_for(JOB, URL))
        tell(lambda: looked_up("aws-token"))
    """)
    assert refused[0] == changed[0] == "OtherTenant"
    assert URL in refused[1]
    assert OTHER in refused[1]
    assert TOKEN not in refused[1]
    assert after == kept == TOKEN + "2"


def test_half_a_pair_is_no_secret() -> None:
    answers = in_keyring("""
        keyring.set_password(SERVICE, JOB + "/aws-token", TOKEN)
        tell(lambda: secrets.read(JOB))
        keyring.delete_password(SERVICE, JOB + "/aws-token")
        keyring.set_password(SERVICE, JOB + "/tenant-url", URL)
        tell(lambda: secrets.read(JOB))
        tell(lambda: secrets.token_for(JOB, URL)[0])
        secrets.store(JOB, URL, TOKEN)
        tell(lambda: secrets.token_for(JOB, URL))
    """)
    assert answers[:2] == [None, None]
    assert answers[2][0] == "NoSecret"
    assert answers[3] == TOKEN


def test_a_store_cut_short_never_leaves_a_token_beside_a_url_it_does_not_belong_to() -> None:
    """The keyring is cut off before each of its writes in turn; what then stands there is looked at."""
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
        keyring.set_keyring(Cut())
        for left in range(4):
            Cut.left = 99
            secrets.store(JOB, URL, TOKEN)
            Cut.left = left
            tell(lambda: secrets.store(JOB, OTHER, "new-token"))
            answers.append([looked_up("tenant-url"), looked_up("aws-token")])
    """)
    failures, stand = answers[0::2], answers[1::2]
    assert [failure and failure[0] for failure in failures] == ["NoSecret", "NoSecret", "NoSecret", None]
    assert "new-token" not in str(failures)
    assert stand == [[URL, TOKEN], [URL, ""], [OTHER, ""], [OTHER, "new-token"]]


def test_a_deleted_pair_is_gone_and_deleting_nothing_is_no_error() -> None:
    answers = in_keyring("""
        secrets.store(JOB, URL, TOKEN)
        secrets.store("other", URL, "stays")
        for _ in range(2):
            tell(lambda: secrets.delete(JOB))
        tell(lambda: secrets.read(JOB))
        tell(lambda: looked_up("aws-token") + looked_up("tenant-url"))
        tell(lambda: secrets.read("other"))
    """)
    assert answers == [None, None, None, "", [URL, "stays"]]


def test_a_keyring_that_was_never_set_up_is_told_and_leads_to_the_session() -> None:
    usable, stored, read, kept = in_keyring(
        """
        tell(lambda: secrets.state().usable)
        tell(lambda: secrets.store(JOB, URL, TOKEN))
        tell(lambda: secrets.read(JOB))
        secrets.keep_for_session(JOB, URL, TOKEN)
        tell(lambda: secrets.token_for(JOB, URL))
        """,
        locked=True,
    )
    assert usable is True
    assert stored[0] == read[0] == "NoSecret"
    assert "could not be opened" in stored[1]
    assert "IDENTITY_CENTER_WIZARD_AWS_TOKEN" in stored[1]
    assert kept == TOKEN


def test_a_locked_keyring_is_told_and_the_environment_beats_it() -> None:
    answers = in_keyring("""
        secrets.store(JOB, URL, TOKEN)
        lock()
        tell(lambda: secrets.token_for(JOB, URL))
        tell(lambda: secrets.store(JOB, URL, "other"))
        tell(lambda: secrets.delete(JOB))
        tell(lambda: Secrets({TOKEN_VARIABLE: "named"}).token_for(JOB, URL))
    """)
    assert [answer[0] for answer in answers[:3]] == ["NoSecret"] * 3
    assert all("locked" in answer[1] for answer in answers[:3])
    assert TOKEN not in str(answers)
    assert answers[3] == "named"


def test_many_threads_may_ask_at_once() -> None:
    (answers,) = in_keyring("""
        from concurrent.futures import ThreadPoolExecutor
        def one(number):
            secrets.store(f"job-{number}", URL, f"token-{number}")
            return secrets.token_for(f"job-{number}", URL)
        with ThreadPoolExecutor(8) as pool:
            answers.append(list(pool.map(one, range(16))))
    """)
    assert answers == [f"token-{number}" for number in range(16)]


def test_the_keyring_is_asked_one_question_at_a_time() -> None:
    under_way, most = 0, 0

    def question() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.01)
        under_way -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: asked(question, "read", None), range(16)))
    assert (under_way, most) == (0, 1)


def test_a_question_that_waits_for_a_person_holds_up_no_other_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_backend, "_TURN_SECONDS", 0.05)
    begun, unlocked = threading.Event(), threading.Event()

    def waits() -> bool:
        begun.set()
        return unlocked.wait(30)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(asked, waits, "read", None)
        assert begun.wait(30)
        assert asked(lambda: "answer", "read", None) == "answer"
        assert not first.done()
        unlocked.set()
        assert first.result(30)
    assert asked(lambda: "again", "read", None) == "again"


def test_a_question_that_fails_gives_its_turn_back() -> None:
    with pytest.raises(NoSecret):
        asked(lambda: 1 / 0, "read", None)
    assert not keyring_backend._turn.locked()


def test_two_pairs_stored_at_once_for_one_job_never_mix() -> None:
    (mixed,) = in_keyring("""
        import threading
        def keep(url, token):
            for _ in range(10):
                try:
                    secrets.store(JOB, url, token)
                except WizardError:
                    pass
        threads = [threading.Thread(target=keep, args=pair) for pair in ((URL, "of-url"), (OTHER, "of-other"))]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        kept = secrets.read(JOB)
        answers.append(kept not in (None, StoredSecret(URL, "of-url"), StoredSecret(OTHER, "of-other")))
    """)
    assert mixed is False


def test_no_bus_is_no_keyring() -> None:
    state, read, token, named, deleted = without_keyring("""
        tell(lambda: [secrets.state().usable, secrets.state().sentence])
        tell(lambda: secrets.read(JOB))
        tell(lambda: secrets.token_for(JOB, URL))
        tell(lambda: Secrets({TOKEN_VARIABLE: " named\\n"}).token_for(JOB, URL))
        tell(lambda: secrets.delete(JOB))
    """)
    assert state[0] is False
    assert "session" in state[1]
    assert read[0] == token[0] == "NoSecret"
    assert "no keyring" in read[1]
    assert named == "named"
    assert deleted is None


def test_a_dead_bus_is_told_without_its_words() -> None:
    (read,) = without_keyring(
        "tell(lambda: secrets.read(JOB))",
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
        "tell(lambda: secrets.state().usable)\ntell(lambda: secrets.store(JOB, URL, TOKEN))",
        PYTHON_KEYRING_BACKEND=backend,
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


def test_of_a_chain_only_a_safe_link_is_asked() -> None:
    usable, stored, plain, safe, unsafe = without_keyring(
        FAKES
        + """
    plain, safe = made("keyrings.alt.file", 5), made("keyring.backends.macOS", 4)
    keyring.set_keyring(made("keyring.backends.chainer", 10, backends=[plain, safe]))
    tell(lambda: secrets.state().usable)
    tell(lambda: secrets.store(JOB, URL, TOKEN))
    answers.append(len(plain.kept)); answers.append(len(safe.kept))
    keyring.set_keyring(made("keyring.backends.chainer", 10, backends=[plain]))
    tell(lambda: secrets.state().usable)
    """
    )
    assert (usable, stored, plain, safe, unsafe) == (True, None, 0, 2, False)


def test_whatever_a_backend_raises_becomes_a_sentence_without_the_secret() -> None:
    """Such as jeepney's DBusErrorResponse, which is no KeyringError."""
    answers = without_keyring(
        FAKES
        + """
    class DBusErrorResponse(Exception): pass
    def raising(self, *values): raise DBusErrorResponse("the secret is " + str(values))
    keyring.set_keyring(made("keyring.backends.SecretService", 5, set_password=raising))
    tell(lambda: secrets.store(JOB, URL, TOKEN))
    keyring.set_keyring(made("keyring.backends.SecretService", 5, get_password=raising))
    tell(lambda: secrets.read(JOB)); tell(lambda: secrets.store(JOB, URL, TOKEN)); tell(lambda: secrets.delete(JOB))
    """
    )
    assert [answer[0] for answer in answers] == ["NoSecret"] * 4
    assert "DBusErrorResponse" in answers[0][1]
    assert TOKEN not in str(answers)


def test_a_keyring_that_forgets_is_told() -> None:
    ((kind, sentence),) = without_keyring(
        FAKES
        + """
    keyring.set_keyring(made("keyring.backends.SecretService", 5, set_password=lambda self, *values: None))
    tell(lambda: secrets.store(JOB, URL, TOKEN))
    """
    )
    assert (kind, "was not kept" in sentence) == ("NoSecret", True)


def test_a_token_too_long_for_windows_is_told_before_anything_is_written() -> None:
    short, long, kept = without_keyring(
        FAKES
        + """
    keyring.set_keyring(made("keyring.backends.Windows", 5))
    tell(lambda: secrets.store(JOB, URL, "x" * 1280))
    tell(lambda: secrets.store(JOB, URL, "x" * 1281))
    tell(lambda: len(secrets.read(JOB).token))
    """
    )
    assert short is None
    assert long[0] == "NoSecret"
    assert "1281 characters, and 1280 fit" in long[1]
    assert kept == 1280


def test_what_is_kept_for_the_session_never_reaches_a_keyring() -> None:
    secrets = Secrets({})
    secrets.keep_for_session(JOB, URL, TOKEN)
    assert secrets.kept_for_session(JOB)
    assert secrets.read(JOB) == StoredSecret(URL, TOKEN)
    with pytest.raises(OtherTenant):
        secrets.token_for(JOB, OTHER)
    assert not Secrets({}).kept_for_session(JOB)


def test_the_secret_shows_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        secrets = Secrets({})
        secrets.keep_for_session(JOB, URL, TOKEN)
        with pytest.raises(OtherTenant) as caught:
            secrets.token_for(JOB, OTHER)
    kept = secrets.read(JOB)
    assert kept is not None
    assert kept.token == TOKEN
    shown = f"{kept!r} {kept} {vars(secrets)} {caught.value!r} {caught.value} {caplog.text}"
    assert TOKEN not in shown


def test_another_tenant_is_no_access_and_no_secret_is_not() -> None:
    assert issubclass(OtherTenant, NoAccess)
    assert issubclass(NoSecret, WizardError)
    assert not issubclass(NoSecret, NoAccess)


def test_a_pasted_token_loses_the_end_of_its_line() -> None:
    secrets = Secrets({})
    secrets.keep_for_session(JOB, URL, f" {TOKEN}\r\n")
    assert secrets.token_for(JOB, URL) == TOKEN
    (stored, kept) = without_keyring(
        FAKES
        + """
    keyring.set_keyring(made("keyring.backends.SecretService", 5))
    tell(lambda: secrets.store(JOB, URL, TOKEN + chr(10)))
    tell(lambda: secrets.token_for(JOB, URL))
    """
    )
    assert (stored, kept) == (None, TOKEN)


@pytest.mark.parametrize(("url", "token"), [("", TOKEN), (URL, ""), (URL, "  ")])
def test_nothing_is_not_kept(url: str, token: str) -> None:
    with pytest.raises(WizardError, match="nothing to keep"):
        Secrets({}).store(JOB, url, token)


def test_the_start_does_not_pay_for_the_keyring() -> None:
    script = (
        "import sys, wizard.storage.secrets, wizard.storage.jobs, wizard.storage.paths\n"
        "print({'keyring', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"


def test_a_systemd_credential_beats_the_keyring_and_the_variable_beats_both(tmp_path: Path) -> None:
    (tmp_path / "identity-center-wizard.aws-token").write_text(f"{TOKEN}\n", "utf-8")
    handed = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    secrets = Secrets(handed)
    assert secrets.token_in_environment
    secrets.keep_for_session(JOB, URL, "another")
    assert secrets.token_for(JOB, URL) == TOKEN
    assert Secrets({**handed, "IDENTITY_CENTER_WIZARD_AWS_TOKEN": "named"}).token_for(JOB, URL) == "named"


def test_credentials_of_another_trade_are_none(tmp_path: Path) -> None:
    secrets = Secrets({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert not secrets.token_in_environment
    secrets.keep_for_session(JOB, URL, "another")
    assert secrets.token_for(JOB, URL) == "another"


def test_a_credential_that_is_no_text_is_told_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "identity-center-wizard.aws-token").write_bytes(b"\xff\xfetoken")
    with pytest.raises(NoSecret, match="credential could not be read") as told:
        Secrets({"CREDENTIALS_DIRECTORY": str(tmp_path)}).token_for(JOB, URL)
    assert "\\xfe" not in str(told.value)
    assert told.value.__context__ is None
