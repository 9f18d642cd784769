"""Which engine provisions a job: this program or Microsoft's provisioning service, never both on one address."""

from wizard.errors import OtherEngine
from wizard.provisioning.job import Job


def require_own_engine(job: Job) -> None:
    """Raise OtherEngine where Microsoft's service provisions the job: called before anything is read."""
    if job.engine != "own":
        raise OtherEngine("entra-provisions-this-job", job=job.name)
