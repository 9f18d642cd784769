"""What this computer remembers of the directories that were read: files, and names of Microsoft's tenants."""

from wizard.storage.paths import Home
from wizard.storage.small_files import SmallFile

MOST = 10
"""Files that are remembered."""


class RecentFiles:
    """Paths of files with people and members, the one read last first."""

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


class TenantNames:
    """Tenant, as jobs name it (its id or a domain) -> the name of the organization."""

    def __init__(self, home: Home) -> None:
        self._file = SmallFile[dict[str, str]](home.root / "tenant-names.json", dict[str, str], {}, home.ready)

    def all(self) -> dict[str, str]:
        """Return every name."""
        return self._file.read()

    def remember(self, tenant: str, name: str) -> None:
        """Keep the name of a tenant; raises WizardError."""
        self._file.change(lambda before: {**before, tenant: name})

    def forget(self) -> None:
        """Remove all; raises WizardError."""
        self._file.change(lambda _before: {})
