"""Who failed in the last run, to be tried again without everybody else."""

from typing import TYPE_CHECKING, Literal

from wizard.flow.runs.texts import purpose_of

if TYPE_CHECKING:
    from wizard.provisioning.narrowing import Only
    from wizard.storage.paths import Home


def failed_last(home: "Home", job_id: str) -> "Only | None":
    """Those who failed in the last run (a retry is one, one person on demand is not); None = nobody did."""
    from contextlib import closing

    from wizard.provisioning.narrowing import Only
    from wizard.provisioning.words import folded
    from wizard.storage.log_pages import LogReader

    with closing(LogReader(home, job_id)) as reader:
        last = next((run for run in reader.runs() if purpose_of(run.planned) != "on-demand"), None)
        failed = reader.failed_in(last.id) if last is not None else ()
    if not failed:
        return None
    known = [(_kind(kind), source_id, label) for kind, source_id, label in failed]
    keys = frozenset((kind, source_id) for kind, source_id, _ in known if source_id)
    labels = frozenset((kind, folded(label)) for kind, source_id, label in known if not source_id and label)
    return Only("retry", keys, labels)


def _kind(kind: str) -> Literal["user", "group"]:
    return "user" if kind == "user" else "group"
