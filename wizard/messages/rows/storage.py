"""Messages of `wizard.storage`: files in HOME, jobs, secrets and schedules."""

from wizard.messages.formats import comma_list
from wizard.messages.row import Rows, Text, quoted, sentences
from wizard.messages.translation import N_, _
from wizard.secret import FILE_SUFFIX, alert_variable

# --- files -------------------------------------------------------------------------------------------------------------


def _home_not_writable(path: str, reason: str, disk_full: bool) -> Text:
    return Text(
        _("The folder {path} is not writable").format(path=path),
        sentences(
            _("The program stores its jobs there ({reason}).").format(reason=reason),
            _free_space(disk_full),
            _("Give yourself write access, or choose another folder with IDENTITY_CENTER_WIZARD_HOME or --home."),
        ),
    )


def _file_not_written(path: str, reason: str, disk_full: bool) -> Text:
    return Text(
        _("{path} could not be written").format(path=path),
        sentences(
            _("The system reported: {reason}.").format(reason=reason),
            _free_space(disk_full),
            _("An existing file is unchanged."),
        ),
    )


def _free_space(disk_full: bool) -> str:
    return _("Free some disk space, then try again.") if disk_full else ""


_FILES: Rows = {
    "home-is-a-file": Text(
        N_("{path} is a file, not a folder"),
        N_(
            "The program stores its jobs there. Move the file, or choose another folder with "
            "IDENTITY_CENTER_WIZARD_HOME or --home."
        ),
    ),
    "home-below-a-file": Text(
        N_("{path} cannot be created, because part of this path is a file"),
        N_("Choose another folder with IDENTITY_CENTER_WIZARD_HOME or --home."),
    ),
    "home-not-writable": _home_not_writable,
    "home-of-another-user": Text(
        N_("The folder {path} belongs to another user"),
        N_(
            "Its owner could replace the files of this program. Run the program as that user, or choose "
            "a folder of your own with IDENTITY_CENTER_WIZARD_HOME or --home."
        ),
    ),
    "home-holds-link": Text(
        N_("{path} is a symbolic link"),
        N_("For security, the data folder must not contain links. Replace it with a folder."),
    ),
    "home-holds-pipe": Text(
        N_("{path} is not a file"), N_("The data folder must contain only files and folders. Delete it.")
    ),
    "folder-not-made": Text(N_("{path} could not be created"), N_("{reason}.")),
    "folder-not-read": Text(N_("{path} could not be read"), N_("{reason}.")),
    "file-not-written": _file_not_written,
    "file-not-replaceable": Text(
        N_("{path} is not a file"), N_("A pipe or device cannot be replaced by a file. Choose another name.")
    ),
    "lock-not-written": Text(N_("{path} could not be written"), N_("{reason}.")),
    "lock-not-possible": Text(
        N_("{path} cannot be locked"),
        N_(
            "The system reported: {reason}. Some network folders do not support locks, and without them "
            "two runs could change the same people. Choose a folder on a local disk with "
            "IDENTITY_CENTER_WIZARD_HOME or --home."
        ),
    ),
}

# --- jobs --------------------------------------------------------------------------------------------------------------


def _job_locked(process: int | None) -> Text:
    holder = (
        _("Another window or run is using it (process {process}).").format(process=process)
        if process is not None
        else _("Another window or run is using it.")
    )
    return Text(_("This job is in use"), sentences(holder, _("Wait until it finishes, then try again.")))


def _no_job_of_name(name: str, names: tuple[str, ...], broken: tuple[str, ...]) -> Text:
    known = (
        _("Saved jobs: {names}.").format(names=comma_list([quoted(each) for each in names]))
        if names
        else _("There are no saved jobs. Create one in the window or with `new`.")
    )
    return Text(_("There is no job named “{name}”").format(name=name), sentences(known, *broken))


def _several_jobs_of_name(name: str, paths: tuple[str, ...]) -> Text:
    return Text(
        _("Several jobs are named “{name}”").format(name=name),
        _("Use the path of one of them: {paths}.").format(paths=comma_list(paths)),
    )


_UNUSABLE = N_("The job file {path} cannot be used")

_JOBS: Rows = {
    "job-locked": _job_locked,
    "job-id-not-uuid": Text(
        N_("The job ID is not a UUID"), N_("It is “{id}”. The journal file is named after it.")
    ),
    "job-without-name": Text(N_("The job has no name"), N_("Enter a name. Commands find the job by it.")),
    "job-name-ends-in-json": Text(
        N_("A job cannot be named “{name}”"), N_("Names that end with .json are read as file paths.")
    ),
    "job-name-taken": Text(N_("Another job is already named “{name}”"), N_("Choose another name.")),
    "no-job-of-name": _no_job_of_name,
    "several-jobs-of-name": _several_jobs_of_name,
    "file-not-deleted": Text(N_("{path} could not be deleted"), N_("{reason}.")),
    "job-not-deleted": Text(N_("The job “{name}” could not be deleted"), N_("{reason}.")),
    "job-file-missing": Text(
        N_("The job file {path} does not exist"), N_("Check the path, or use the name of a saved job.")
    ),
    "job-file-not-read": Text(N_("The job file {path} could not be read"), N_("{reason}.")),
    "job-file-of-another-job": Text(
        N_("{path} already contains another job, “{name}”"),
        N_("Choose another location. The file was not changed."),
    ),
    "job-file-changed": Text(
        N_("The job file of “{name}” has changed since you opened it"),
        N_("Open the job again to compare both versions and choose one. Your edits are kept."),
    ),
    "job-file-not-backed-up": Text(N_("{path} could not be backed up"), N_("{reason}. The file was not changed.")),
    "job-file-not-a-file": Text(_UNUSABLE, N_("It is a folder, a pipe, or a device.")),
    "job-file-too-large": Text(_UNUSABLE, N_("It is larger than {limit} MB, the limit for job files.")),
    "job-file-too-deep": Text(_UNUSABLE, N_("It is nested more deeply than any job file.")),
    "job-file-breaks-rule": Text(_UNUSABLE, N_("`{field}`: {why}")),
    "job-breaks-rule": Text(N_("The job cannot be saved"), N_("`{field}`: {why}")),
    "object-id-malformed": Text(N_("An object ID of Entra ID has only letters, digits, and hyphens.")),
    "zero-character": Text(N_("Null characters are not allowed.")),
    "half-character": Text(N_("It contains half of a surrogate pair, which cannot be saved.")),
    "job-file-not-json": Text(_UNUSABLE, N_("It is not valid JSON: {reason}.")),
    "job-file-not-object": Text(_UNUSABLE, N_("It must contain one JSON object.")),
    "job-file-no-version": Text(
        _UNUSABLE,
        N_("`$.version` must be the version of the file format, such as 1."),
    ),
    "job-file-later-version": Text(
        _UNUSABLE,
        N_(
            "It was written by a newer version of this program (format {version}; this version reads up "
            "to {known}). Install the newer version."
        ),
    ),
    "job-file-wrong-value": Text(_UNUSABLE, N_("{reason}.")),
    "job-file-unknown-field": Text(_UNUSABLE, N_("`{field}` is not a field of a job.")),
    "job-file-id-not-uuid": Text(_UNUSABLE, N_("`$.id` must be a UUID in lower case.")),
    "job-file-without-name": Text(_UNUSABLE, N_("`$.name` is empty.")),
    "job-file-same-id": Text(N_("It has the same ID as {other}. One is a copy of the other: delete one of them.")),
}

# --- secrets -----------------------------------------------------------------------------------------------------------


_OF_ALERTS = "alert-"
"""Begins the names of the secrets of alert channels."""


def _other_ways(secret: str) -> str:
    """Return how to work without the keyring; "" for a secret that can only be in it."""
    if secret == "entra-secret":
        return _(
            "Without a keyring, use the secret for this session only in the window, or set the environment variable "
            "IDENTITY_CENTER_WIZARD_ENTRA_SECRET."
        )
    if secret == "aws-token":
        return _(
            "Without a keyring, use the access token for this session only in the window, or set the environment variable "
            "IDENTITY_CENTER_WIZARD_AWS_TOKEN."
        )
    if secret.startswith(_OF_ALERTS):
        variable = alert_variable(secret.removeprefix(_OF_ALERTS)) + FILE_SUFFIX
        return _(
            "Without a keyring, set the environment variable {variable} to the path of a file that contains it."
        ).format(variable=variable)
    return ""


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


def _no_secret_to_store(secret: str) -> Text:
    if secret == "aws-token":
        return Text(_("The SCIM endpoint or the access token is missing"), _("Enter both."))
    if secret == "entra-secret":
        return Text(_("The client secret is missing"), _("Enter the value of the client secret, not its ID."))
    return Text(
        _("Nothing was entered"), _("Run the command again, and enter the password or URL of the channel.")
    )


def _secret_not_stored(secret: str, keyring: str) -> Text:
    titles = {
        "aws-token": _("The access token was not stored"),
        "entra-secret": _("The client secret was not stored"),
    }
    reason = _("The entry is not in {keyring}.").format(keyring=_keyring_name(keyring))
    return Text(titles.get(secret, _("The secret was not stored")), sentences(reason, _other_ways(secret)))


def _secret_too_long(secret: str, length: int, limit: int) -> Text:
    return Text(
        _("The secret is too long for the Windows Credential Manager"),
        sentences(
            _("It has {length} characters; an entry can hold {limit}.").format(length=length, limit=limit),
            _other_ways(secret),
        ),
    )


def _no_keyring(secret: str) -> Text:
    return Text(_("This system has no keyring"), _other_ways(secret))


def _no_secret_service(secret: str) -> Text:
    return Text(
        _("This system has no keyring"),
        sentences(_("No Secret Service (GNOME Keyring, KWallet) is available."), _other_ways(secret)),
    )


def _keyring_not_safe(secret: str, keyring: str) -> Text:
    return Text(
        _("The keyring of this system is not known to be secure"),
        sentences(
            _(
                "Only “{keyring}” was found, and this program cannot tell whether it protects secrets. If "
                "you trust it, allow it on this computer with `identity-center-wizard secret allow-keyring "
                "{keyring}`."
            ).format(keyring=keyring),
            _other_ways(secret),
        ),
    )


def _keyring_silent(secret: str, seconds: int) -> Text:
    return Text(
        _("The keyring does not respond"),
        sentences(
            _(
                "It did not respond within {seconds} seconds. It may be locked and waiting for its password."
            ).format(seconds=seconds),
            _other_ways(secret),
        ),
    )


def _keyring_locked(secret: str) -> Text:
    return Text(
        _("The keyring is locked"),
        sentences(_("Unlock it and try again."), _other_ways(secret)),
    )


def _keyring_not_opened(secret: str) -> Text:
    return Text(
        _("The keyring could not be opened"),
        sentences(_("It has not been set up, or its password was not entered."), _other_ways(secret)),
    )


def _keyring_failed(secret: str, keyring: str, doing: str) -> Text:
    attempts = {
        "find": _("The entry could not be found."),
        "read": _("The entry could not be read."),
        "write": _("The entry could not be written."),
        "change": _("The entry could not be changed."),
    }
    return Text(
        _("An error occurred in {keyring}").format(keyring=_keyring_name(keyring)),
        sentences(attempts[doing], _other_ways(secret)),
    )


_SECRETS: Rows = {
    "keyring-name": lambda keyring: Text(_keyring_name(keyring)),
    "no-secret-to-store": _no_secret_to_store,
    "secret-not-stored": _secret_not_stored,
    "secret-too-long": _secret_too_long,
    "credential-not-read": Text(
        N_("The systemd credential could not be read"),
        N_("{credential} is not text, or the unit has no access to it. Create the credential again."),
    ),
    "secret-file-not-read": Text(N_("The file with the secret could not be read"), N_("{path}: {reason}.")),
    "secret-file-not-a-file": Text(
        N_("The secret cannot be read from {path}"), N_("Name a file, or a pipe that ends.")
    ),
    "secret-file-too-open": Text(
        N_("Other users can access the file with the secret"),
        N_("{path} has mode {mode}. Run `chmod 600 {path}`, and replace the secret if others may have read it."),
    ),
    "secret-file-too-large": Text(
        N_("The file with the secret is too large"),
        N_("{path} has more than {limit} KiB. It must contain the secret only."),
    ),
    "secret-file-not-text": Text(
        N_("The file with the secret is not text"), N_("{path} must contain the secret only, in UTF-8.")
    ),
    "secret-file-empty": Text(N_("The file with the secret is empty"), N_("{path} must contain the secret.")),
    "secret-variable-not-text": Text(
        N_("{variable} is not text"), N_("It must contain the secret only, in UTF-8.")
    ),
    "secret-passed-in-twice": Text(
        N_("The secret is set twice"), N_("Set either {variable} or {variable}_FILE, not both.")
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
    advice = (
        _("The system reported: {output}.").format(output=output.rstrip("."))
        if output
        else _("It exited with code {exit_code}.").format(exit_code=exit_code)
    )
    return Text(_("`{command}` failed").format(command=command), advice)


def _credential_missing(secret: str) -> Text:
    if secret == "aws-token":
        return Text(_("The systemd credential for the access token is missing"))
    return Text(_("The systemd credential for the client secret is missing"))


def _timer_needs_lingering(token: str) -> Text:
    if token == "keyring":
        return Text(
            _(
                "Runs only while you are signed in. To run always, store the token as a systemd credential and enable "
                "lingering (loginctl enable-linger)."
            )
        )
    return Text(_("Runs only while you are signed in. To run always, enable lingering (loginctl enable-linger)."))


def _setup_store_secret(secret: str) -> Text:
    if secret.startswith(_OF_ALERTS):
        channel = secret.removeprefix(_OF_ALERTS)
        return Text(_("Store the password or address of the alert channel {channel}").format(channel=channel))
    return Text(_("Store the access token") if secret == "aws-token" else _("Store the client secret"))


def _setup_create_task(asks_password: bool) -> Text:
    if asks_password:
        return Text(_("Create the task; Windows asks for your Windows password"))
    return Text(_("Create the task"))


_SCHEDULES: Rows = {
    "no-scheduler": Text(
        N_("This computer has no systemd"),
        N_(
            "Use another scheduler to run `identity-center-wizard run JOB`, where JOB is the path of the job file."
        ),
    ),
    "schedule-has-obstacle": Text(
        N_("The schedule was not installed"), N_("{obstacle}. Run this command, then try again:\n{command}")
    ),
    "schedule-not-installed": Text(N_("The schedule was not installed"), N_("{problem}")),
    "schedule-not-removed": Text(N_("The schedule was not removed"), N_("{problem}")),
    "schedule-files-not-deleted": Text(N_("The schedule was not removed"), N_("{reason}.")),
    "schedule-path-not-text": Text(
        N_("This path cannot be used in a schedule"),
        N_("{path!r} contains a character that scheduler files cannot contain. Move the folder, then try again."),
    ),
    "schedule-path-has-variable": Text(
        N_("This path cannot be used in a schedule"),
        N_("The Task Scheduler would read part of {path} as a variable. Move the folder to a path without %."),
    ),
    "command-failed": _command_failed,
    "credential-missing": _credential_missing,
    "credential-readable-by-others": Text(N_("Others can read the file of the systemd credential")),
    "credential-not-encrypted": Text(
        N_(
            "systemd {version} reads it from a file that only you can access. Version {encrypted_since} "
            "and later encrypt it."
        )
    ),
    "keyring-locked-while-signed-out": Text(
        N_(
            "The keyring is locked while you are signed out, so runs without a systemd credential have "
            "no access token then."
        )
    ),
    "timer-needs-lingering": _timer_needs_lingering,
    "launchd-agent-starts-at-sign-in": Text(
        N_(
            "The first run starts when the schedule is installed, and another one at each sign-in. Runs "
            "only while you are signed in."
        )
    ),
    "windows-task-needs-session": Text(
        N_("Runs only while you are signed in. The Windows Credential Manager is not available otherwise.")
    ),
    "schedule-of-system-too": Text(
        N_("An administrator has scheduled this job in {folder} as well, so it would run twice. Keep one of them.")
    ),
    "setup-make-user": Text(N_("Create the user for the runs")),
    "setup-copy-home": Text(N_("Copy the jobs with their history")),
    "setup-store-secret": _setup_store_secret,
    "setup-install-units": Text(N_("Install the timer and the service")),
    "setup-enable-timer": Text(N_("Start the timer")),
    "setup-install-daemon": Text(N_("Install the daemon")),
    "setup-load-daemon": Text(N_("Load the daemon")),
    "setup-create-task": _setup_create_task,
    "setup-run-once": Text(N_("Run the job once and check the result")),
    "setup-home-moves": Text(
        N_(
            "These runs keep jobs and history in {home}, as user {user}. Remove the schedule of your own account "
            "first, and use this folder from then on: `sudo -u {user} identity-center-wizard … --home {home}`."
        )
    ),
    "setup-reads-files": lambda user, files: Text(
        _("User {user} needs read access to {files}.").format(user=user, files=comma_list(files))
    ),
    "setup-replaces-schedule": Text(N_("Remove the schedule of your own account first, or the job runs twice.")),
    "setup-not-tried": Text(
        N_("This follows the documentation of {system} but has not been tested there. Watch the first runs.")
    ),
    "launchd-daemon-without-keychain": Text(
        N_("Daemons cannot access the keychain. Runs read the secrets from files that only you can access.")
    ),
    "windows-task-with-password": Text(
        N_(
            "Windows stores your Windows password for the task and uses it to open the Credential Manager. When your "
            "password changes, create the task again."
        )
    ),
    "windows-task-without-password": Text(
        N_(
            "Windows stores no password for the task. The Credential Manager and network folders are not available "
            "to it, so runs read the secrets from files that only you can access, and the directory's files must be on "
            "this computer. Your account needs the right “Log on as a batch job”; use an administrator's prompt."
        )
    ),
    "launchd-daemon-file": Text(N_("Daemon")),
    "systemd-timer-file": Text(N_("Timer")),
    "systemd-service-file": Text(N_("Service")),
    "launchd-agent-file": Text(N_("Agent")),
    "windows-task-file": Text(N_("Task")),
}

ROWS: Rows = {
    "autostart-not-changed": Text(
        N_("Start at sign-in could not be changed"), N_("{path} could not be written ({reason}).")
    ),
    **_FILES,
    **_JOBS,
    **_SECRETS,
    **_SCHEDULES,
}
