"""What an application proves itself with: a key, and the certificate an administrator uploaded."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wizard.errors import WizardError
from wizard.secret import Secret


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key with its certificate."""

    private_key: Secret = field(repr=False)
    """PEM."""
    public_part: str
    """The certificate, PEM."""
    passphrase: Secret = field(default=Secret(""), repr=False)
    """Of the private key; empty = it has none."""

    def credential(self) -> dict[str, str]:
        """What the sign-in library takes; raises `WizardError` where key and certificate are of no use."""
        problem = self._problem()
        if problem:
            raise WizardError("The certificate cannot be used", problem)
        proof = {"private_key": self.private_key.reveal(), "public_certificate": self.public_part}
        return {**proof, "passphrase": self.passphrase.reveal()} if self.passphrase else proof

    def _problem(self) -> str:
        """Why it cannot be used, or "". Nothing of a library's own text is kept: it might quote the key."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        secret = self.passphrase.reveal().encode() or None
        try:
            key = load_pem_private_key(self.private_key.reveal().encode(), secret)
        except (ValueError, TypeError):
            return "Its private key is not in PEM form, or the passphrase is wrong or missing."
        try:
            public = x509.load_pem_x509_certificate(self.public_part.encode())
        except ValueError:
            return "Its public part is not a certificate in PEM form."
        if public.public_key() != key.public_key():
            return "The private key belongs to another certificate."
        if public.not_valid_after_utc < datetime.now(UTC):
            return f"It ended on {public.not_valid_after_utc:%d %B %Y}. Make a new one and upload its public part."
        return ""


_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def certificate_from(pem: str, passphrase: Secret) -> Certificate:
    """Key and certificate out of one PEM text; raises `WizardError` where one of them is not in it."""
    blocks = {found[1]: found[0] for found in reversed(list(_BLOCK.finditer(pem)))}
    key = next((block for kind, block in blocks.items() if kind.endswith("PRIVATE KEY")), "")
    if not key or "CERTIFICATE" not in blocks:
        raise WizardError(
            "The certificate cannot be used",
            f"Its file holds no {'private key' if not key else 'certificate'} in PEM form. Both belong into one file.",
        )
    return Certificate(Secret(key), blocks["CERTIFICATE"], passphrase)
