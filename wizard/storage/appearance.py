"""Light, dark, or as the system has it: the one wish that outlives the window and belongs to no job."""

import json
from pathlib import Path
from typing import Literal, cast

from wizard.storage.paths import Home, private_folder, write_private

Appearance = Literal["system", "light", "dark"]
_CHOICES = ("system", "light", "dark")


def appearance(home: Home) -> Appearance:
    """What was chosen last; "system" where nothing was, or where the file cannot be read: never worth a sentence."""
    try:
        chosen = json.loads(_place(home).read_text(encoding="utf-8")).get("appearance")
    except (OSError, ValueError, AttributeError):
        return "system"
    return cast(Appearance, chosen) if chosen in _CHOICES else "system"


def keep_appearance(home: Home, choice: str) -> None:
    """Keep the choice; raises WizardError where HOME cannot be written."""
    private_folder(home.root)
    write_private(_place(home), json.dumps({"appearance": choice}).encode())


def _place(home: Home) -> Path:
    return home.root / "appearance.json"
