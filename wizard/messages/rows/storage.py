"""Messages of `wizard.storage`: files in HOME, jobs, secrets and schedules."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_, _

# --- files -------------------------------------------------------------------------------------------------------------


def _home_not_writable(path: str, reason: str, disk_full: bool) -> Text:
    return Text(
        _("The folder {path} cannot be written").format(path=path),
        _(
            "The program keeps its jobs there ({reason}).{make_room} "
            "Give yourself write access to it, or name another folder in IDENTITY_CENTER_WIZARD_HOME."
        ).format(reason=reason, make_room=_make_room(disk_full)),
    )


def _file_not_written(path: str, reason: str, disk_full: bool) -> Text:
    return Text(
        _("{path} could not be written").format(path=path),
        _("The system says: {reason}.{make_room} What stood there before is unchanged.").format(
            reason=reason, make_room=_make_room(disk_full)
        ),
    )


def _make_room(disk_full: bool) -> str:
    return _(" Make room on this disk, then try again.") if disk_full else ""


_FILES: Rows = {
    "home-is-a-file": Text(
        N_("{path} is a file, not a folder"),
        N_(
            "The program keeps its jobs there. Move the file away, or name another folder in "
            "IDENTITY_CENTER_WIZARD_HOME."
        ),
    ),
    "home-below-a-file": Text(
        N_("{path} cannot be made, because a part of this path is a file"),
        N_("Name another folder in IDENTITY_CENTER_WIZARD_HOME."),
    ),
    "home-not-writable": _home_not_writable,
    "home-of-another-user": Text(
        N_("The folder {path} belongs to another user"),
        N_(
            "Its owner could replace the files of this program. Run the program as that user, or name a folder of your "
            "own in IDENTITY_CENTER_WIZARD_HOME or with --home."
        ),
    ),
    "home-holds-link": Text(
        N_("{path} is a link, not a folder"),
        N_("The program follows no links inside its own folder. Put a folder in its place."),
    ),
    "folder-not-made": Text(N_("{path} cannot be made"), N_("{reason}.")),
    "folder-not-read": Text(N_("{path} could not be read"), N_("{reason}.")),
    "file-not-written": _file_not_written,
    "lock-not-written": Text(N_("{path} could not be written"), N_("{reason}.")),
    "lock-not-possible": Text(
        N_("{path} cannot be locked"),
        N_(
            "The system says: {reason}. Some network folders have no locks, and without one two runs could change the "
            "same people. Name a folder on a local disk in IDENTITY_CENTER_WIZARD_HOME or with --home. Nothing was "
            "changed."
        ),
    ),
}

# --- jobs --------------------------------------------------------------------------------------------------------------


def _job_locked(process: int | None) -> Text:
    holder = (
        _("Another window or run holds it (process {process}).").format(process=process)
        if process is not None
        else _("Another window or run holds it.")
    )
    advice = _("{holder} Nothing was changed. Wait until it has ended, or end it, then try again.")
    return Text(_("This job is being worked on already"), advice.format(holder=holder))


def _no_job_of_name(name: str, names: tuple[str, ...], broken: tuple[str, ...]) -> Text:
    quoted = ", ".join(f"“{each}”" for each in names)
    known = _("Saved jobs: {names}.").format(names=quoted) if names else _("No job is saved yet.")
    return Text(_("No job is called “{name}”").format(name=name), " ".join((known, *broken)))


def _several_jobs_of_name(name: str, paths: tuple[str, ...]) -> Text:
    return Text(
        _("Several jobs are called “{name}”").format(name=name),
        _("Name one by its path: {paths}.").format(paths=", ".join(paths)),
    )


_UNUSABLE = N_("The job file {path} cannot be used")

_JOBS: Rows = {
    "job-locked": _job_locked,
    "job-id-not-uuid": Text(N_("The job's id is not a UUID"), N_("It is “{id}”; the journal is named by it.")),
    "job-without-name": Text(
        N_("The job has no name"), N_("Give it one; the headless verbs find it by its name.")
    ),
    "job-name-ends-in-json": Text(
        N_("A job cannot be called “{name}”"), N_("A name that ends in .json is taken for a path.")
    ),
    "job-name-taken": Text(N_("Another job is called “{name}” already"), N_("Choose another name.")),
    "no-job-of-name": _no_job_of_name,
    "several-jobs-of-name": _several_jobs_of_name,
    "file-not-deleted": Text(N_("{path} could not be deleted"), N_("{reason}.")),
    "job-not-deleted": Text(N_("The job “{name}” could not be deleted"), N_("{reason}.")),
    "job-file-missing": Text(N_("There is no job file {path}"), N_("Check the path, or name a saved job.")),
    "job-file-not-read": Text(N_("The job file {path} could not be read"), N_("{reason}.")),
    "job-file-of-another-job": Text(
        N_("{path} holds another job, “{name}”"), N_("Choose another place. The file was left as it is.")
    ),
    "job-file-changed": Text(
        N_("The job file of “{name}” was changed since it was opened"),
        N_("Open the job again: both versions are shown, and you choose. Your edits are kept."),
    ),
    "job-file-not-backed-up": Text(
        N_("No copy of {path} could be kept"), N_("{reason}. The file was left as it is.")
    ),
    "job-file-not-a-file": Text(_UNUSABLE, N_("It is a folder, a pipe or a device.")),
    "job-file-too-large": Text(
        _UNUSABLE, N_("It has more than {limit} MB, the limit for a job file. The file was left as it is.")
    ),
    "job-file-too-deep": Text(
        _UNUSABLE, N_("Its brackets are nested deeper than in any job file. The file was left as it is.")
    ),
    "job-file-breaks-rule": Text(_UNUSABLE, N_("`{field}`: {why} The file was left as it is.")),
    "job-breaks-rule": Text(N_("The job cannot be saved"), N_("`{field}`: {why}")),
    "zero-character": Text(N_("A zero character is not allowed here.")),
    "half-character": Text(N_("It holds half of a character, which no file can hold.")),
    "job-file-not-json": Text(_UNUSABLE, N_("It is not JSON: {reason}. The file was left as it is.")),
    "job-file-not-object": Text(_UNUSABLE, N_("It is JSON, but not one object. The file was left as it is.")),
    "job-file-no-version": Text(
        _UNUSABLE,
        N_("`$.version` does not hold the number of its shape, such as 1. The file was left as it is."),
    ),
    "job-file-later-version": Text(
        _UNUSABLE,
        N_(
            "It was written by a later version of this program (shape {version}, known {known}): use that one. "
            "The file was left as it is."
        ),
    ),
    "job-file-wrong-value": Text(_UNUSABLE, N_("{reason}. The file was left as it is.")),
    "job-file-unknown-field": Text(_UNUSABLE, N_("`{field}` is not a part of a job. The file was left as it is.")),
    "job-file-id-not-uuid": Text(_UNUSABLE, N_("`$.id` is not a UUID in lower case. The file was left as it is.")),
    "job-file-without-name": Text(_UNUSABLE, N_("`$.name` is empty. The file was left as it is.")),
    "job-file-same-id": Text(
        N_("It has the same id as {other}: one is a copy of the other. The file was left as it is.")
    ),
}

# --- secrets -----------------------------------------------------------------------------------------------------------


def _other_ways(secret: str) -> str:
    """Return how to go on without the keyring."""
    if secret == "entra-secret":
        return _(
            "Use it for this session only, or set the environment variable IDENTITY_CENTER_WIZARD_ENTRA_SECRET."
        )
    return _(
        "Use the token for this session only, or set the environment variable IDENTITY_CENTER_WIZARD_AWS_TOKEN."
    )


def _keyring_name(keyring: str) -> str:
    """Return what a person calls a keyring, by its backend; "" = not known."""
    module, _dot, name = keyring.rpartition(".")
    if module in ("", "keyring.backends.SecretService", "keyring.backends.libsecret"):
        return _("the system's keyring")
    if module == "keyring.backends.kwallet":
        return _("KWallet")
    if module == "keyring.backends.Windows":
        return _("the Windows Credential Manager")
    if module == "keyring.backends.macOS":
        return _("the macOS keychain")
    return _("the keyring {name} of {module}").format(name=name, module=module)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _no_secret_to_store(secret: str) -> Text:
    if secret == "aws-token":
        return Text(_("There is nothing to keep"), _("Both the SCIM endpoint and the access token are needed."))
    return Text(_("There is nothing to keep"), _("Enter the client secret's value, not its id."))


def _secret_not_stored(secret: str, keyring: str) -> Text:
    ways = _other_ways(secret)
    if secret == "entra-secret":
        return Text(_("The client secret was not kept"), _("The keyring lost it. {ways}").format(ways=ways))
    return Text(
        _("The access token was not kept"),
        _("{keyring} lost it. {ways}").format(keyring=_capital(_keyring_name(keyring)), ways=ways),
    )


def _secret_too_long(secret: str, length: int, limit: int) -> Text:
    return Text(
        _("The access token is too long for the Windows Credential Manager"),
        _("It has {length} characters, and {limit} fit into one entry. {ways}").format(
            length=length, limit=limit, ways=_other_ways(secret)
        ),
    )


def _no_keyring(secret: str) -> Text:
    return Text(_("This system has no keyring"), _other_ways(secret))


def _no_secret_service(secret: str) -> Text:
    return Text(
        _("This system has no keyring"),
        _("No Secret Service (GNOME Keyring, KWallet) answers. {ways}").format(ways=_other_ways(secret)),
    )


def _keyring_not_safe(secret: str, keyring: str) -> Text:
    return Text(
        _("This system's keyring is not known to be safe"),
        _(
            "The program found only “{keyring}” and does not know whether it protects what it stores. If you do, allow "
            "it on this computer: `identity-center-wizard secret allow-keyring {keyring}`. {ways}"
        ).format(keyring=keyring, ways=_other_ways(secret)),
    )


def _keyring_silent(secret: str, seconds: int) -> Text:
    return Text(
        _("The keyring does not answer"),
        _(
            "The program waited {seconds} seconds. It may be locked, with a question that nobody sees. {ways}"
        ).format(seconds=seconds, ways=_other_ways(secret)),
    )


def _keyring_locked(secret: str) -> Text:
    return Text(
        _("The keyring is locked"),
        _("Unlock it and try again; nothing was changed. {ways}").format(ways=_other_ways(secret)),
    )


def _keyring_not_opened(secret: str) -> Text:
    return Text(
        _("The keyring could not be opened"),
        _("It was never set up, or its password was not entered. {ways}").format(ways=_other_ways(secret)),
    )


def _keyring_failed(secret: str, keyring: str, doing: str) -> Text:
    attempts = {
        "find": _("The entry could not be found. {ways}"),
        "read": _("The entry could not be read. {ways}"),
        "write": _("The entry could not be written. {ways}"),
        "change": _("The entry could not be changed. {ways}"),
    }
    return Text(
        _("{keyring} failed").format(keyring=_capital(_keyring_name(keyring))),
        attempts[doing].format(ways=_other_ways(secret)),
    )


_SECRETS: Rows = {
    "keyring-name": lambda keyring: Text(_keyring_name(keyring)),
    "no-secret-to-store": _no_secret_to_store,
    "secret-not-stored": _secret_not_stored,
    "secret-too-long": _secret_too_long,
    "credential-not-read": Text(
        N_("The systemd credential could not be read"),
        N_("{credential} is not text, or this unit may not read it. Create the credential again."),
    ),
    "no-keyring": _no_keyring,
    "no-secret-service": _no_secret_service,
    "keyring-not-safe": _keyring_not_safe,
    "keyring-locked": _keyring_locked,
    "keyring-not-opened": _keyring_not_opened,
    "keyring-failed": _keyring_failed,
    "keyring-silent": _keyring_silent,
}

# --- schedules ---------------------------------------------------------------------------------------------------------


def _command_failed(command: str, output: str, exit_code: int) -> Text:
    output = output or _("it ended with code {exit_code}").format(exit_code=exit_code)
    return Text(
        _("`{command}` failed").format(command=command),
        _("The system says: {output}.").format(output=output.rstrip(".")),
    )


def _credential_missing(secret: str) -> Text:
    if secret == "aws-token":
        return Text(_("There is no credential yet"))
    return Text(_("There is no credential for the client secret yet"))


def _timer_needs_lingering(token: str) -> Text:
    if token == "keyring":
        return Text(
            _(
                "Runs only while you are signed in. To run always, store the token as a systemd credential and enable "
                "lingering (loginctl enable-linger)."
            )
        )
    return Text(_("Runs only while you are signed in. To run always, enable lingering (loginctl enable-linger)."))


_SCHEDULES: Rows = {
    "no-scheduler": Text(
        N_("This computer has no systemd"),
        N_(
            "Have the scheduler that it has run `identity-center-wizard run JOB`, JOB being the path of the job file."
        ),
    ),
    "schedule-has-obstacle": Text(
        N_("The schedule was not installed"), N_("{obstacle}. Run this, then try again:\n{command}")
    ),
    "schedule-not-installed": Text(N_("The schedule was not installed"), N_("{problem} Nothing was changed.")),
    "schedule-not-removed": Text(N_("The schedule was not removed"), N_("{problem}")),
    "schedule-files-not-deleted": Text(N_("The schedule was not removed"), N_("{reason}.")),
    "schedule-path-not-text": Text(
        N_("A schedule cannot name this place"),
        N_(
            "The path {path!r} holds a character that no scheduler's file can hold. Move the folder, then try again."
        ),
    ),
    "schedule-path-has-variable": Text(
        N_("A schedule cannot name this place"),
        N_("The Task Scheduler would take a part of {path} for a variable. Move the folder to one without %."),
    ),
    "command-failed": _command_failed,
    "credential-missing": _credential_missing,
    "credential-readable-by-others": Text(N_("Others can read the credential")),
    "credential-not-encrypted": Text(
        N_(
            "systemd {version} takes it from a file that only you can read; {encrypted_since} and newer encrypt it."
        )
    ),
    "keyring-locked-while-signed-out": Text(
        N_("While nobody is signed in the keyring is locked, and a run ends without a token; a credential is not.")
    ),
    "timer-needs-lingering": _timer_needs_lingering,
    "launchd-agent-starts-at-sign-in": Text(
        N_(
            "The first run starts as soon as the schedule is installed, and one at each sign-in. "
            "It runs only while you are signed in."
        )
    ),
    "windows-task-needs-session": Text(
        N_("Runs only while you are signed in: the Credential Manager opens with your session only.")
    ),
    "systemd-timer-file": Text(N_("Timer")),
    "systemd-service-file": Text(N_("Service")),
    "launchd-agent-file": Text(N_("Agent")),
    "windows-task-file": Text(N_("Task")),
}

ROWS: Rows = {**_FILES, **_JOBS, **_SECRETS, **_SCHEDULES}
