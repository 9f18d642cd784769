"""The kinds of directories, and opening one of them from a job's settings."""

from pathlib import Path

from wizard.errors import WizardError
from wizard.fields import Field, FieldKind
from wizard.sources.interface import Source, SourceKind

_TABLES = "Tables (*.csv *.tsv *.txt *.xlsx *.xlsm *.json *.jsonl *.ndjson *.ldif *.ldf);;All files (*)"

SOURCES: tuple[SourceKind, ...] = (
    SourceKind(
        id="entra",
        title="Microsoft Entra ID",
        summary="People, groups and assignments from your tenant.",
        needs="Needs a Microsoft sign-in",
        icon="cloud",
        fields=(),
    ),
    SourceKind(
        id="file",
        title="A file",
        summary="One row per person. A second file can hold group members.",
        needs=".csv, .xlsx or .json",
        icon="table",
        fields=(
            Field(
                "usersFile",
                "File with people",
                FieldKind.FILE,
                "Use Entra ID's “Download users” export, or any table.",
                filters=_TABLES,
            ),
            Field(
                "membersFile",
                "File with group members",
                FieldKind.FILE,
                "Two columns: group and member. Without it, a column of groups in the first file is read.",
                required=False,
                filters=_TABLES,
            ),
        ),
    ),
    SourceKind(
        id="sample",
        title="Sample company",
        summary="About 60 made-up people and a simulated AWS.",
        needs="Stays on this computer",
        icon="bolt",
        fields=(),
    ),
)


def open_source(
    kind: str,
    users_file: str = "",
    members_file: str = "",
    *,
    identity: str = "",
    columns: tuple[tuple[str, str], ...] = (),
    groups_column: str = "",
    encoding: str = "",
    sheet: str = "",
    heading_row: int = 0,
    enabled_values: tuple[str, ...] = (),
    disabled_values: tuple[str, ...] = (),
) -> Source:
    """Open a source from the values of a job's `SourceChoice`, without reading it; raises `WizardError`.

    A tenant of Entra ID needs a sign-in too: `wizard.flow.directory.entra_session` opens it.
    """
    # Not imported above: the first window lists the directories and opens none.
    from wizard.sources.columns import Choices
    from wizard.sources.file_source import FileSource
    from wizard.sources.sample import SampleSource

    if kind == "sample":
        return SampleSource()
    if kind == "file" and users_file:
        members = Path(members_file) if members_file else None
        choices = Choices(
            identity=identity,
            columns=columns,
            groups_column=groups_column,
            enabled_values=enabled_values,
            disabled_values=disabled_values,
            encoding=encoding,
            sheet=sheet,
            heading_row=heading_row,
        )
        return FileSource(Path(users_file), members, choices)
    if kind == "file":
        raise WizardError("no-people-file-chosen")
    raise WizardError("no-directory-chosen")
