"""Messages of `wizard.storage` whose text depends on their arguments."""

import pytest

from wizard import messages
from wizard.errors import Message

BROKEN = Message("job-file-not-json", path="/h/odd.json", reason="Input data was truncated")


@pytest.mark.parametrize(
    ("message", "title", "advice"),
    [
        (
            Message("file-not-written", path="/h/x", reason="No space left on device", disk_full=True),
            "/h/x could not be written",
            "The system says: No space left on device. Make room on this disk, then try again. "
            "What stood there before is unchanged.",
        ),
        (
            Message("home-not-writable", path="/h", reason="Read-only file system", disk_full=False),
            "The folder /h cannot be written",
            "The program keeps its jobs there (Read-only file system). Give yourself write access to it, "
            "or name another folder in IDENTITY_CENTER_WIZARD_HOME.",
        ),
        (
            Message("job-locked", process=7),
            "This job is being worked on already",
            "Another window or run holds it (process 7). Nothing was changed. "
            "Wait until it has ended, or end it, then try again.",
        ),
        (
            Message("job-locked", process=None),
            "This job is being worked on already",
            "Another window or run holds it. Nothing was changed. Wait until it has ended, or end it, then try again.",
        ),
        (
            Message("no-job-of-name", name="Stuff", names=("Staff", "Others"), broken=(BROKEN,)),
            "No job is called “Stuff”",
            "Saved jobs: “Staff”, “Others”. The job file /h/odd.json cannot be used. "
            "It is not JSON: Input data was truncated. The file was left as it is.",
        ),
        (
            Message("no-job-of-name", name="Stuff", names=(), broken=()),
            "No job is called “Stuff”",
            "No job is saved yet.",
        ),
        (
            Message("several-jobs-of-name", name="Staff", paths=("/a.json", "/b.json")),
            "Several jobs are called “Staff”",
            "Name one by its path: /a.json, /b.json.",
        ),
        (
            Message("keyring-locked", secret="aws-token"),
            "The keyring is locked",
            "Unlock it and try again; nothing was changed. Use the token for this session only, or set the "
            "environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message("keyring-locked", secret="entra-secret"),
            "The keyring is locked",
            "Unlock it and try again; nothing was changed. Use it for this session only, or set the "
            "environment variable IDENTITY_CENTER_WIZARD_ENTRA_SECRET.",
        ),
        (
            Message(
                "keyring-failed",
                secret="aws-token",
                keyring="keyring.backends.kwallet.K",
                doing="read",
            ),
            "KWallet failed",
            "The entry could not be read. Use the token for this session only, or set the "
            "environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message("keyring-failed", secret="aws-token", keyring="", doing="find"),
            "The system's keyring failed",
            "The entry could not be found. Use the token for this session only, or set the "
            "environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message("keyring-not-safe", secret="aws-token", keyring="keyrings.alt.file.PlaintextKeyring"),
            "This system's keyring is not known to be safe",
            "The program found only “keyrings.alt.file.PlaintextKeyring” and does not know whether it protects what it "
            "stores. If you do, allow it on this computer: `identity-center-wizard secret allow-keyring "
            "keyrings.alt.file.PlaintextKeyring`. Use the token for this session only, or set the environment "
            "variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message(
                "schedule-not-installed",
                problem=Message("command-failed", command="launchctl x", output="It is broken.", exit_code=5),
            ),
            "The schedule was not installed",
            "`launchctl x` failed. The system says: It is broken. Nothing was changed.",
        ),
        (
            Message("command-failed", command="x", output="", exit_code=5),
            "`x` failed",
            "The system says: it ended with code 5.",
        ),
        (
            Message(
                "schedule-has-obstacle",
                obstacle=Message("credential-missing", secret="entra-secret"),
                command="x y",
            ),
            "The schedule was not installed",
            "There is no credential for the client secret yet. Run this, then try again:\nx y",
        ),
        (
            Message("schedule-path-not-text", path="/a\nb"),
            "A schedule cannot name this place",
            "The path '/a\\nb' holds a character that no scheduler's file can hold. Move the folder, then try again.",
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Message) else "",
)
def test_storage_messages(message: Message, title: str, advice: str) -> None:
    assert messages.title(message) == title
    assert messages.advice(message) == advice
