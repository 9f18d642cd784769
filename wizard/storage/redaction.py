"""What the journal of a job stores in place of redacted values, and the key for it.

The key is in the keyring; where there is none, in a private file in HOME. If it is lost, redacted values in the journal are
unknown: they are written to AWS once more.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.aws.interface import ObjectKind
from wizard.errors import NoSecret
from wizard.scim.resource import Resource, Sealer, redact
from wizard.storage.paths import Home, write_private
from wizard.storage.secret_store import SecretKind, SecretStore

REDACTION_KEY = SecretKind("redaction-key")
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Redaction:
    """Redacts every resource that a journal stores, whichever way it came there."""

    sealer: Sealer = field(default_factory=lambda: Sealer(os.urandom(_KEY_BYTES)))
    """With a key that is not stored, stored values are unknown when they are read again."""
    paths: Mapping[ObjectKind, frozenset[str]] = field(default_factory=dict)
    """Attribute paths whose values a mapping of the job redacts."""

    def of(self, kind: ObjectKind, resource: Resource) -> Resource:
        """Return the resource with these values redacted."""
        return redact(resource, self.paths.get(kind, frozenset()))


def redaction_key(secrets: SecretStore, home: Home, job_id: str) -> bytes:
    """Return the job's key, made if there is none; raises WizardError where it cannot be stored.

    The file comes first: it was made by a run without a keyring, and such runs come again. Blocks; see `SecretStore`.
    """
    file = home.of_job(job_id, "redaction-keys") / f"{job_id}.key"
    try:
        key = bytes.fromhex(file.read_text("ascii"))
    except (OSError, ValueError):  # missing or damaged
        key = b""
    if len(key) == _KEY_BYTES:
        return key
    if not home.is_kept_out(job_id):
        try:
            return _key_in_keyring(secrets, job_id)
        except NoSecret:
            pass  # no keyring here: the key is kept in the file below
    key = os.urandom(_KEY_BYTES)
    home.ready(file.parent)
    write_private(file, key.hex().encode())
    return key


def _key_in_keyring(secrets: SecretStore, job_id: str) -> bytes:
    try:
        key = bytes.fromhex(secrets.find(job_id, REDACTION_KEY))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        key = os.urandom(_KEY_BYTES)
        secrets.store(job_id, REDACTION_KEY, key.hex())
    return key
