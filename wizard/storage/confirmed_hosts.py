"""Hosts, neither AWS's nor this computer, that a person on this computer allowed the access token to be sent to.

They are kept in HOME, never in a job file: a job file may come from elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wizard.storage.paths import Home
from wizard.storage.small_files import FileOfThisComputer


@dataclass(frozen=True, slots=True)
class _Content:
    hosts: tuple[str, ...] = ()


class ConfirmedHosts:
    """The confirmed hosts: those in HOME, and those of this session only. Host and port, in lower case."""

    def __init__(self, home: Home) -> None:
        path = home.root / "confirmed-hosts.json"
        self._file = FileOfThisComputer[_Content](path, _Content, _Content(), home.ready)
        self._session: frozenset[str] = frozenset()

    def all(self) -> frozenset[str]:
        """Return the hosts that are confirmed now."""
        return self._session.union(self._file.read().hosts)

    def confirm(self, host: str, session_only: bool = False) -> None:
        """Add a host; raises WizardError where it cannot be stored."""
        host = host.strip().lower()
        if session_only:
            self._session |= {host}
        elif host:
            self._file.change(lambda before: _sorted((*before.hosts, host)))

    def withdraw(self, host: str) -> None:
        """Remove a host; raises WizardError where that cannot be stored."""
        host = host.strip().lower()
        self._session -= {host}
        self._file.change(lambda before: _sorted(one for one in before.hosts if one != host))

    def withdraw_all(self) -> None:
        """Remove every host; raises WizardError where that cannot be stored."""
        self._session = frozenset()
        self._file.change(lambda _: _Content())


def _sorted(hosts: Iterable[str]) -> _Content:
    return _Content(tuple(sorted(set(hosts))))
