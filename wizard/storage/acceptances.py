"""What this computer remembers about accounts and groups in AWS: linked by one job, accepted for it, or protected from all.

All are kept in HOME, never in a job file: a job file may come from elsewhere.
"""

from collections.abc import Iterable
from typing import NamedTuple

from wizard.names import composed, name_key
from wizard.provisioning.plan import HeldCode
from wizard.storage.paths import Home
from wizard.storage.small_files import SmallFile


class Acceptance(NamedTuple):
    """An accepted take-over, or transfer to another person, of one account or group."""

    target_id: str
    """AWS's id."""
    code: HeldCode


class Acceptances:
    """The acceptances of one job. Each holds until the link of its object ends.

    If the file is lost, they are asked for again. Those of a job for this session only lie in the temporary folder.
    """

    def __init__(self, home: Home, job_id: str) -> None:
        path = home.of_job(job_id, "acceptances") / f"{job_id}.accepted"
        empty: tuple[Acceptance, ...] = ()
        self._file = SmallFile[tuple[Acceptance, ...]](path, tuple[Acceptance, ...], empty, home.ready)

    def all(self) -> frozenset[Acceptance]:
        """Return the current acceptances."""
        return frozenset(self._file.read())

    def accept(self, accepted: Iterable[Acceptance]) -> frozenset[Acceptance]:
        """Add acceptances and return all; raises WizardError where they cannot be stored."""
        added = tuple(accepted)
        return frozenset(self._file.change(lambda before: tuple(sorted({*before, *added}))))

    def end(self, target_ids: Iterable[str]) -> frozenset[Acceptance]:
        """Drop what was accepted for these AWS ids, whose links have ended, and return the others. Raises WizardError."""
        ended = frozenset(target_ids)
        return frozenset(
            self._file.change(lambda before: tuple(one for one in before if one.target_id not in ended))
        )


class OwnAccounts:
    """AWS ids of the accounts and groups that one job has linked, so that it knows its own if the journal is lost."""

    def __init__(self, home: Home, job_id: str) -> None:
        path = home.of_job(job_id, "acceptances") / f"{job_id}.linked.ids"
        empty: tuple[str, ...] = ()
        self._file = SmallFile[tuple[str, ...]](path, tuple[str, ...], empty, home.ready)

    def all(self) -> frozenset[str]:
        """Return the AWS ids."""
        return frozenset(self._file.read())

    def change(self, linked: Iterable[str], ended: Iterable[str]) -> None:
        """Add linked objects and drop those no longer linked; raises WizardError if storing fails."""
        added, dropped = frozenset(linked), frozenset(ended)
        self._file.change(lambda before: tuple(sorted((frozenset(before) - dropped) | added)))


class ProtectedNames:
    """Accounts (by user name) and groups (by display name) in AWS that no job of this computer may change."""

    def __init__(self, home: Home) -> None:
        self._file = SmallFile[tuple[str, ...]](home.root / "protected.json", tuple[str, ...], (), home.ready)

    def all(self) -> tuple[str, ...]:
        """Return the names, sorted."""
        return self._file.read()

    def add(self, names: Iterable[str]) -> tuple[str, ...]:
        """Add names and return all; a name that is there in other letters stays as it is. Raises WizardError."""
        added = tuple(names)

        def change(before: tuple[str, ...]) -> tuple[str, ...]:
            known = {_key(name): name for name in before}
            for name in added:
                known.setdefault(_key(name), _written(name))
            return tuple(sorted(known.values()))

        return self._file.change(change)

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Remove names, in any case, and return those that were not protected. Raises WizardError."""
        wanted = {_key(name): name for name in names}
        missing: tuple[str, ...] = ()

        def change(before: tuple[str, ...]) -> tuple[str, ...]:
            nonlocal missing
            known = {_key(name) for name in before}
            missing = tuple(name for key, name in wanted.items() if key not in known)
            return tuple(name for name in before if _key(name) not in wanted)

        self._file.change(change)
        return missing


def _written(name: str) -> str:
    return composed(name.strip())


def _key(name: str) -> str:
    return name_key(_written(name))
