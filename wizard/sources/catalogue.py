"""Opens a directory from a job's settings."""

from pathlib import Path

from wizard.errors import WizardError
from wizard.sources.interface import Source


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
    # Not imported above: the first window opens no directory.
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
