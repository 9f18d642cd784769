"""A systemctl that keeps what it was told, for the tests of the rooms above the scheduler."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_SCRIPT = """#!/bin/sh
cd "$(dirname "$0")" || exit 1
case "$*" in
    --version) echo "systemd 252 (252.38-1)"; exit ;;
    "--user show "*)
        if [ -e active ]; then echo ActiveState=active; else echo ActiveState=inactive; fi
        echo "NextElapseUSecRealtime=Sat 2026-11-28 14:40:00 UTC"
        echo
        [ ! -e code ] || { echo "ExecMainExitTimestamp=Sat 2026-11-28 14:00:05 UTC"; echo "ExecMainStatus=$(cat code)"; }
        exit ;;
esac
echo "$*" >>asked
[ ! -e refuses ] || { echo "Failed to connect to bus: No medium found" >&2; exit 1; }
case "$2" in
    restart) touch active ;;
    disable) rm -f active ;;
esac
"""


@dataclass(frozen=True)
class Systemctl:
    """The stand-in's folder, where it keeps its state."""

    folder: Path
    units: Path

    @property
    def asked(self) -> list[str]:
        """What it was asked to change, in order."""
        log = self.folder / "asked"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def files(self) -> list[str]:
        """The unit files that stand."""
        return sorted(path.suffix for path in self.units.glob("identity-center-wizard-*"))

    def refuse(self) -> None:
        """From now on there is no bus."""
        (self.folder / "refuses").touch()

    def last_run_ended(self, code: int) -> None:
        """A run was started by the timer and ended so."""
        (self.folder / "code").write_text(str(code))


@contextmanager
def stand_in(folder: Path) -> Iterator[Systemctl]:
    """First on the path while the block lasts; nobody lingers."""
    place = folder / "stand-in"
    place.mkdir()
    for name, script in (("systemctl", _SCRIPT), ("loginctl", "#!/bin/sh\necho Linger=no\n")):
        (place / name).write_text(script)
        (place / name).chmod(0o755)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", f"{place}:/usr/bin:/bin")
        environment.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        yield Systemctl(place, folder / "config" / "systemd" / "user")
