"""Secrets handed to this process by whoever started it: in a variable, or by systemd as a credential of the unit."""

from collections.abc import Mapping
from pathlib import Path

from wizard.errors import NoSecret

TOKEN_VARIABLE = "IDENTITY_CENTER_WIZARD_AWS_TOKEN"
ENTRA_VARIABLE = "IDENTITY_CENTER_WIZARD_ENTRA_SECRET"
TOKEN_CREDENTIAL = "identity-center-wizard.aws-token"
ENTRA_CREDENTIAL = "identity-center-wizard.entra-secret"
"""A secret's name among the credentials that systemd hands to a unit, see systemd.exec(5)."""


def given(environ: Mapping[str, str], variable: str, credential: str) -> str:
    """The variable's value, else the credential's, else ""; raises NoSecret where a credential cannot be read."""
    named = environ.get(variable, "").strip()
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    if named or not folder:
        return named
    try:
        return Path(folder, credential).read_text("utf-8").strip()
    except FileNotFoundError:
        return ""  # the unit has other credentials
    except (OSError, UnicodeDecodeError) as error:
        kind = type(error).__name__
    raise NoSecret(
        "The systemd credential could not be read",
        f"{credential} is not text that this unit may read ({kind}). Make the credential anew.",
    )
