"""Messages of the journal: `wizard.storage.journal` and the modules beside it."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "journal-not-opened": Text(N_("The journal {path} could not be opened"), N_("The system reported: {reason}.")),
    "journal-later-version": Text(
        N_("The journal was written by a newer version of this program"),
        N_(
            "{path} has format {shape}; this version reads up to {known}. It was not changed. Install the "
            "newer version."
        ),
    ),
    "journal-not-backed-up": Text(
        N_("The journal {path} could not be backed up"), N_("{reason}. The journal was not changed.")
    ),
    "damaged-journal-not-moved": Text(N_("The damaged journal {path} could not be moved"), N_("{reason}.")),
    "journal-disk-full": Text(
        N_("The disk is full"),
        N_(
            "The journal {path} cannot grow. Free some disk space, then run again. The next run checks "
            "every write that was sent but not recorded."
        ),
    ),
    "journal-read-only": Text(
        N_("The journal cannot be written"),
        N_(
            "{path} is read-only. Give yourself write access. The next run checks every write that was "
            "sent but not recorded."
        ),
    ),
    "journal-damaged": Text(
        N_("The journal is damaged"),
        N_("The next run moves {path} aside and reads everything from AWS again."),
    ),
    "journal-not-written": Text(
        N_("The journal could not be written"),
        N_("{path}: {error} ({name}). The next run checks every write that was sent but not recorded."),
    ),
    "journal-write-fault": Text(
        N_("The journal could not be written"), N_("See the log file for details about {path}.")
    ),
    "journal-set-aside": Text(
        N_("The journal was damaged. It was moved to {file}, and everything is read from AWS again")
    ),
    "run-killed": Text(N_("The program was closed or stopped during this run")),
}
