"""Starting the program in the background when the person signs in: one entry of the desktop, made and removed.

Linux: ~/.config/autostart (Desktop Application Autostart Specification). Windows: the Run key of the person's registry.
macOS: a launchd agent. The last two are written by their rules and were not run.
"""

import os
import plistlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from wizard.errors import WizardError
from wizard.storage.paths import Home, reason, write_private
from wizard.storage.schedules.program import NAME, Program, this_program
from wizard.storage.schedules.scheduler import check_text

BACKGROUND = "--background"
"""The option with which the program begins in the notification area."""
_RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
_VALUE = "Identity Center Wizard"


class Autostart:
    """The entry of one HOME. It holds no secret."""

    def __init__(
        self, home: Home, program: Program | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._home, self._program = home, program or this_program()
        person = Path(os.path.expanduser("~"))
        config = Path(environ.get("XDG_CONFIG_HOME") or person / ".config")
        agents = person / "Library" / "LaunchAgents"
        self.path = (
            agents / f"{NAME}-background.plist"  # the schedules' agents are NAME.ID.plist
            if sys.platform == "darwin"
            else config / "autostart" / f"{NAME}.desktop"
        )

    @property
    def is_on(self) -> bool:
        """Whether the entry exists."""
        if sys.platform == "win32":
            return _registered() is not None
        return self.path.exists()

    def remove(self) -> None:
        """Remove the entry if it starts the program with this HOME; raises WizardError."""
        if self._starts_this_home():
            self.set(False)

    def _starts_this_home(self) -> bool:
        root = str(self._home.root)
        if sys.platform == "win32":
            return subprocess.list2cmdline(("--home", root)) in (_registered() or "")
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise WizardError("autostart-not-changed", path=str(self.path), reason=reason(error)) from None
        if sys.platform == "darwin":
            return f"<string>{escape(root)}</string>".encode() in text
        return f"{_quoted('--home')} {_quoted(root)}".encode() in text

    def set(self, on: bool) -> None:
        """Make or remove the entry; raises WizardError."""
        command = self.command()
        if sys.platform == "win32":
            _register(subprocess.list2cmdline(command) if on else None)
            return
        try:
            if not on:
                self.path.unlink(missing_ok=True)
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WizardError("autostart-not-changed", path=str(self.path), reason=reason(error)) from None
        text = self._agent(command) if sys.platform == "darwin" else self.desktop_entry(command)
        write_private(self.path, text.encode("utf-8"))

    def command(self) -> tuple[str, ...]:
        """Return the command line; raises WizardError for a path that a text file cannot hold."""
        words = (*self._program.command, "--home", str(self._home.root), BACKGROUND)
        for word in (*words, self._program.folder):
            check_text(word)
        return words

    def desktop_entry(self, command: tuple[str, ...]) -> str:
        """Return the entry by the Desktop Entry Specification 1.5."""
        lines = [
            "[Desktop Entry]",
            "Type=Application",
            "Name=Identity Center Wizard",
            "Icon=identity-center-wizard",
            f"Exec={' '.join(map(_quoted, command))}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
        ]
        if self._program.folder:
            lines.insert(5, f"Path={_escaped(self._program.folder)}")
        return "\n".join((*lines, ""))

    def _agent(self, command: tuple[str, ...]) -> str:
        keys = {"Label": f"{NAME}-background", "ProgramArguments": list(command), "RunAtLoad": True}
        if self._program.folder:
            keys["WorkingDirectory"] = self._program.folder
        return plistlib.dumps(keys, sort_keys=False).decode("utf-8")


def _quoted(word: str) -> str:
    """Quote one argument of Exec: quoting first, then the escapes of every string value, then field codes."""
    inner = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in word)
    return _escaped(f'"{inner}"').replace("%", "%%")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def _registered() -> str | None:
    """The command in the Run key of Windows; None = there is none."""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:  # type: ignore[attr-defined, unused-ignore]
            return str(winreg.QueryValueEx(key, _VALUE)[0])  # type: ignore[attr-defined, unused-ignore]
    except OSError:
        return None


def _register(command: str | None) -> None:
    """Write the command into the Run key of Windows, or remove it; raises WizardError."""
    import winreg

    try:
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:  # type: ignore[attr-defined, unused-ignore]
            if command is not None:
                winreg.SetValueEx(key, _VALUE, 0, winreg.REG_SZ, command)  # type: ignore[attr-defined, unused-ignore]
            elif _registered() is not None:
                winreg.DeleteValue(key, _VALUE)  # type: ignore[attr-defined, unused-ignore]
    except OSError as error:
        raise WizardError("autostart-not-changed", path=_RUN_KEY, reason=reason(error)) from None
