"""Finding this computer's scheduler, and what of the environment goes with a run."""

import sys
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.storage.paths import Home
from wizard.storage.schedules.installer import NoScheduler, find_scheduler, proxies, proxies_left_out, run_command
from wizard.storage.schedules.scheduler import CommandResult
from wizard.storage.schedules.systemd import SystemdTimers


def test_a_run_gets_the_proxies_that_hold_no_password() -> None:
    environ = {
        "https_proxy": "http://proxy:3128",
        "HTTPS_PROXY": "http://other:1",
        "ALL_PROXY": "http://who:secret@proxy:3128",
        "NO_PROXY": "localhost,.intern",
        "HTTP_PROXY": "",
    }
    assert proxies(environ) == (("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "localhost,.intern"))
    assert proxies_left_out(environ) == ("ALL_PROXY",)


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
def test_linux_without_systemd_is_an_error(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    version = "systemd 255 (255.4-1ubuntu8)\n+PAM +AUDIT\n"
    found = find_scheduler(Home(tmp_path), environ, lambda _arguments: CommandResult(0, version))
    assert isinstance(found, SystemdTimers)
    assert (found.version, found.folder) == (255, tmp_path / "systemd" / "user")
    with pytest.raises(NoScheduler, match=r"^no-scheduler$"):
        find_scheduler(Home(tmp_path), environ, lambda _arguments: CommandResult(127))


def test_run_command_never_raises(tmp_path: Path) -> None:
    assert run_command(("no-such-program-here",)).code == 127
    assert run_command((str(tmp_path),)).code == 126
    assert run_command(("sh", "-c", "echo $TZ; echo no >&2; exit 3")) == CommandResult(3, "UTC\n", "no\n")
    assert isinstance(NoScheduler(), WizardError)
