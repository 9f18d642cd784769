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
            "The system reported: No space left on device. Free some disk space, then try again. An "
            "existing file is unchanged.",
        ),
        (
            Message("home-not-writable", path="/h", reason="Read-only file system", disk_full=False),
            "The folder /h is not writable",
            "The program stores its jobs there (Read-only file system). Give yourself write access, or "
            "choose another folder with IDENTITY_CENTER_WIZARD_HOME or --home.",
        ),
        (
            Message("job-locked", process=7),
            "This job is in use",
            "Another window or run is using it (process 7). Wait until it finishes, then try again.",
        ),
        (
            Message("job-locked", process=None),
            "This job is in use",
            "Another window or run is using it. Wait until it finishes, then try again.",
        ),
        (
            Message("no-job-of-name", name="Stuff", names=("Staff", "Others"), broken=(BROKEN,)),
            "There is no job named “Stuff”",
            "Saved jobs: “Staff”, “Others”. The job file /h/odd.json cannot be used. It is not valid "
            "JSON: Input data was truncated.",
        ),
        (
            Message("no-job-of-name", name="Stuff", names=(), broken=()),
            "There is no job named “Stuff”",
            "There are no saved jobs. Create one in the window or with `new`.",
        ),
        (
            Message("several-jobs-of-name", name="Staff", paths=("/a.json", "/b.json")),
            "Several jobs are named “Staff”",
            "Use the path of one of them: /a.json, /b.json.",
        ),
        (
            Message("keyring-locked", secret="aws-token"),
            "The keyring is locked",
            "Unlock it and try again. Without a keyring, use the access token for this session only in "
            "the window, or set the environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message("keyring-locked", secret="entra-secret"),
            "The keyring is locked",
            "Unlock it and try again. Without a keyring, use the secret for this session only in the "
            "window, or set the environment variable IDENTITY_CENTER_WIZARD_ENTRA_SECRET.",
        ),
        (
            Message(
                "keyring-failed",
                secret="aws-token",
                keyring="keyring.backends.kwallet.K",
                doing="read",
            ),
            "An error occurred in KWallet",
            "The entry could not be read. Without a keyring, use the access token for this session only "
            "in the window, or set the environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message("keyring-failed", secret="aws-token", keyring="", doing="find"),
            "An error occurred in the system's keyring",
            "The entry could not be found. Without a keyring, use the access token for this session only "
            "in the window, or set the environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message("keyring-not-safe", secret="aws-token", keyring="keyrings.alt.file.PlaintextKeyring"),
            "The keyring of this system is not known to be secure",
            "Only “keyrings.alt.file.PlaintextKeyring” was found, and this program cannot tell whether it protects "
            "secrets. If you trust it, allow it on this computer with `identity-center-wizard secret allow-keyring "
            "keyrings.alt.file.PlaintextKeyring`. Without a keyring, use the access token for this session only in the "
            "window, or set the environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN.",
        ),
        (
            Message(
                "schedule-not-installed",
                problem=Message("command-failed", command="launchctl x", output="It is broken.", exit_code=5),
            ),
            "The schedule was not installed",
            "`launchctl x` failed. The system reported: It is broken.",
        ),
        (
            Message("command-failed", command="x", output="", exit_code=5),
            "`x` failed",
            "It exited with code 5.",
        ),
        (
            Message(
                "schedule-has-obstacle",
                obstacle=Message("credential-missing", secret="entra-secret"),
                command="x y",
            ),
            "The schedule was not installed",
            "The systemd credential for the client secret is missing. Run this command, then try again:\nx y",
        ),
        (
            Message("schedule-path-not-text", path="/a\nb"),
            "This path cannot be used in a schedule",
            "'/a\\nb' contains a character that scheduler files cannot contain. Move the folder, then try again.",
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Message) else "",
)
def test_storage_messages(message: Message, title: str, advice: str) -> None:
    assert messages.title(message) == title
    assert messages.advice(message) == advice
