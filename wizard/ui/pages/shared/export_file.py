"""The file that a table is exported to."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

_FILTERS = "Table (*.csv);;JSON (*.json)"


def ask_export_file(parent: QWidget, title: str, name: str) -> Path | None:
    """Ask for a file to write, CSV or JSON; None = cancelled."""
    path, chosen = QFileDialog.getSaveFileName(parent, title, name, _FILTERS)
    return path_of_type(Path(path), chosen) if path else None


def path_of_type(path: Path, chosen: str) -> Path:
    """The path with the ending of the chosen type; a .json that was typed counts more than the type that was offered."""
    if path.suffix.lower() == ".json":
        return path
    wanted = ".json" if "*.json" in chosen else ".csv"
    if path.suffix.lower() == ".csv":
        return path if wanted == ".csv" else path.with_suffix(".json")
    return path.with_name(path.name + wanted)
