"""The version that Windows shows in a program's properties."""

from __future__ import annotations

import re
from typing import Any


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """`0.1.0` -> (0, 1, 0, 0); what follows a number, such as `rc1`, is left out."""
    leading = (re.match(r"\d*", part) for part in version.split(".")[:4])
    numbers = [int(found[0] or 0) for found in leading if found]
    padded = [*numbers, 0, 0, 0, 0]
    return padded[0], padded[1], padded[2], padded[3]


def version_resource(version: str, name: str) -> Any:
    """PyInstaller's value for the version resource; only where PyInstaller is installed, and on Windows."""
    from PyInstaller.utils.win32 import versioninfo as v

    numbers = four_numbers(version)
    texts = {
        "FileDescription": "Identity Center Wizard",
        "FileVersion": version,
        "InternalName": name,
        "LegalCopyright": "Apache License 2.0",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "Identity Center Wizard",
        "ProductVersion": version,
    }
    strings = [v.StringStruct(key, text) for key, text in texts.items()]
    return v.VSVersionInfo(
        ffi=v.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            v.StringFileInfo([v.StringTable("040904B0", strings)]),
            v.VarFileInfo([v.VarStruct("Translation", [0x0409, 1200])]),
        ],
    )
