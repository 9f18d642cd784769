"""A real system manager as process 1 of namespaces of its own: users, units and state that a test makes end with it."""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.user_systemd import require_program

ROOT = Path(__file__).resolve().parents[1]
_SYSTEMD = next((p for p in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if os.path.exists(p)), "")
PROGRAM = Path("/opt/icw/identity-center-wizard")
"""The program in these namespaces, readable by every user there."""
SHARED = Path("/opt/shared")
"""The shared folder in these namespaces as services see it: they have a /tmp of their own."""

_INSIDE = """
set -e
mount -t tmpfs tmpfs /run; mount --make-shared /run; mkdir -p /run/lock /run/over /run/shared
mount --bind {folder} /run/shared
for place in /etc /var; do
    mkdir -p /run/over$place/upper /run/over$place/work
    mount -t overlay overlay -o lowerdir=$place,upperdir=/run/over$place/upper,workdir=/run/over$place/work $place
done
rm -rf /etc/systemd/system/*; mount -t tmpfs tmpfs /opt
mkdir -p /opt/python /opt/tree /opt/packages /opt/icw {shared}
mount --bind {folder} {shared}
mount --bind {python} /opt/python; mount --bind {tree} /opt/tree; mount --bind {packages} /opt/packages
# Nothing of the machine may change: what a booting system does is left out, and the rest is read-only.
for place in system-generators system/sysinit.target.wants system/basic.target.wants system/sockets.target.wants \\
             system/local-fs.target.wants system/timers.target.wants system/multi-user.target.wants; do
    [ ! -d /usr/lib/systemd/$place ] || mount -t tmpfs tmpfs /usr/lib/systemd/$place
done
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p {folder}; mount --bind /run/shared {folder}
for place in / /work /home /root; do
    ! mountpoint -q $place || mount -o remount,bind,ro $place
done
cat >{program} <<'END'
#!/bin/sh
export LD_LIBRARY_PATH=/opt/python/lib PYTHONPATH=/opt/tree:/opt/packages PYTHONDONTWRITEBYTECODE=1
exec /opt/python/bin/{executable} -m wizard "$@"
END
chmod 755 {program}
cat >/etc/systemd/system/story.service <<'END'
[Unit]
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/bash {story}
END
umount -R /sys/fs/cgroup
container=test exec {systemd} --system --unit=story.service --log-target=null --show-status=no
"""


def run_in_system_systemd(commands: Sequence[str], folder: Path) -> list[tuple[int, str]]:
    """Run shell commands, as root, beside a fresh system manager; returns (exit code, output) of each.

    folder: outside /run, /opt, /etc and /var; what the commands share with the test. Skips where none can run.
    """
    require_program("systemctl", "systemd")
    if not _SYSTEMD or not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("no system manager can run here: it takes root and namespaces")
    story = folder / "story.sh"
    outputs = [folder / f"output-{number}" for number in range(len(commands))]
    lines = ["cd /"]
    for command, output in zip(commands, outputs, strict=True):
        path = shlex.quote(str(output))
        lines += [f"( {command}\n) >{path} 2>&1 </dev/null; echo $? >{path}.code"]
    story.write_text("\n".join((*lines, "exit 0", "")))
    script = _INSIDE.format(
        python=shlex.quote(sys.base_prefix),
        tree=shlex.quote(str(ROOT)),
        packages=shlex.quote(sysconfig.get_path("purelib")),
        program=PROGRAM,
        shared=SHARED,
        executable=Path(os.path.realpath(sys.executable)).name,
        story=shlex.quote(str(story)),
        folder=shlex.quote(str(folder)),
        systemd=_SYSTEMD,
    )
    with _OwnControlGroup():
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--cgroup", "--mount-proc", "--propagation",
             "private", "bash", "-c", script],
            capture_output=True, text=True, timeout=150, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    if not outputs[0].exists():
        pytest.skip(f"no system manager can run here: {done.stderr[-500:]}")
    return [(int(Path(f"{output}.code").read_text()), output.read_text()) for output in outputs if output.exists()]


class _OwnControlGroup:
    """Runs this process in a control group of its own, so that the manager sees and changes no other."""

    def __enter__(self) -> None:
        self._before: list[tuple[Path, Path]] = []
        for root in (Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")):
            procs = root / "cgroup.procs"
            if not procs.exists():
                continue
            now = next(
                (
                    line.split(":", 2)[2]
                    for line in Path("/proc/self/cgroup").read_text().splitlines()
                    if ("name=systemd" in line) == (root.name == "systemd")
                    and line.split(":", 2)[1] in ("", "name=systemd")
                ),
                "/",
            )
            own = root / f"icw-test-{uuid.uuid4().hex[:8]}"
            try:
                own.mkdir()
                (own / "cgroup.procs").write_text(str(os.getpid()))
            except OSError as error:
                pytest.skip(f"no control group of its own: {error}")
            self._before.append((own, root / now.lstrip("/")))

    def __exit__(self, *_error: object) -> None:
        for own, before in self._before:
            (before / "cgroup.procs").write_text(str(os.getpid()))
            for folder, _folders, _files in os.walk(own, topdown=False):
                with contextlib.suppress(OSError):  # a process is still ending in it
                    os.rmdir(folder)
