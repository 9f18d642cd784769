"""Messages of the journal: `wizard.storage.journal` and the modules beside it."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "journal-not-opened": Text(N_("The journal {path} could not be opened"), N_("The system says: {reason}.")),
    "journal-later-version": Text(
        N_("The journal was written by a later version of this program"),
        N_("{path} has shape {shape}, known is {known}. It was left as it is; use the later version."),
    ),
    "journal-not-backed-up": Text(
        N_("No copy of the journal {path} could be kept"), N_("{reason}. It was left as it is.")
    ),
    "damaged-journal-not-moved": Text(N_("The damaged journal {path} could not be moved"), N_("{reason}.")),
    "journal-disk-full": Text(
        N_("The disk is full"),
        N_(
            "The journal {path} could not grow. Make room, then run again. "
            "What was sent and not noted is looked up first by the next run."
        ),
    ),
    "journal-read-only": Text(
        N_("The journal cannot be written"),
        N_(
            "{path} is read-only. Give yourself write access. "
            "What was sent and not noted is looked up first by the next run."
        ),
    ),
    "journal-damaged": Text(
        N_("The journal is damaged"),
        N_("The next run sets {path} aside and reads AWS in full. Nothing else was changed."),
    ),
    "journal-not-written": Text(
        N_("The journal could not be written"),
        N_("{path}: {error} ({name}). What was sent and not noted is looked up first by the next run."),
    ),
    "journal-write-fault": Text(
        N_("The journal could not be written"), N_("The file is {path}; the log has the details.")
    ),
    "journal-set-aside": Text(N_("The journal was damaged. It was moved to {file}, and AWS is read in full")),
    "run-killed": Text(N_("The program ended during this run")),
}
