"""The files of people and members that were read last on this computer."""

from wizard.storage.paths import Home
from wizard.storage.small_files import SmallFile

MOST = 10


class RecentFiles:
    """Paths, the one read last first."""

    def __init__(self, home: Home) -> None:
        self._file = SmallFile[tuple[str, ...]](home.root / "recent-files.json", tuple[str, ...], (), home.ready)

    def all(self) -> tuple[str, ...]:
        """Return the paths."""
        return self._file.read()[:MOST]

    def add(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Put paths at the beginning and return all; raises WizardError."""
        return self._file.change(lambda before: tuple(dict.fromkeys((*paths, *before)))[:MOST])

    def forget(self) -> None:
        """Remove all; raises WizardError."""
        self._file.change(lambda _before: ())
