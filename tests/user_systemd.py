"""A real user systemd with a bus, in a mount namespace of its own: nothing of the machine is touched."""

import functools
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

_SYSTEMD = next((p for p in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if os.path.exists(p)), "")
_SCRIPT = """
set -e; mount -t tmpfs tmpfs /run; mount --make-shared /run
mkdir -p /run/systemd/system; mkdir -m 700 /run/of-this-test; set +e
export XDG_RUNTIME_DIR=/run/of-this-test DBUS_SESSION_BUS_ADDRESS=unix:path=/run/of-this-test/bus
dbus-daemon --session --address=$DBUS_SESSION_BUS_ADDRESS --nofork --nopidfile 2>/dev/null & bus=$!
{systemd} --user --log-target=null & systemd=$!
for _ in $(seq 100); do systemctl --user list-units >/dev/null 2>&1 && break; sleep 0.1; done
systemctl --user list-units >/dev/null || code=77
[ "${{code:-0}}" = 77 ] || {{ {command}; code=$?; }}
kill $systemd; wait $systemd; kill $bus
exit $code
"""


def require_program(name: str, package: str) -> None:
    """Skip the test where a program is missing; fail it where CI promised it."""
    if shutil.which(name) is not None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {name}: apt-get install {package}")
    pytest.skip(f"no {name}: apt-get install {package}")


def run_in_user_systemd(
    command: Sequence[str], home: Path, env: Mapping[str, str] | None = None, seconds: int = 120
) -> "subprocess.CompletedProcess[str]":
    """Run a command beside a fresh user systemd whose person lives in `home`; skips where none can run."""
    require_program("systemctl", "systemd")
    if not _can_run():
        pytest.skip("no user systemd can run here: it takes root, a mount namespace and a writable cgroup")
    return _run(command, home, env or {}, seconds)


@functools.cache
def _can_run() -> bool:
    if not _SYSTEMD or not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        return _run(["true"], Path(folder), {}).returncode == 0


def _run(
    command: Sequence[str], home: Path, env: Mapping[str, str], seconds: int = 120
) -> "subprocess.CompletedProcess[str]":
    script = _SCRIPT.format(systemd=_SYSTEMD, command=shlex.join(command))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "IDENTITY_CENTER"))}
    return subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "bash", "-c", script],
        env={**kept, "HOME": str(home), **env},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
