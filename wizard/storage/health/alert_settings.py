"""What a person on this computer chose to be told, and where. Kept in HOME, never in a job file."""

from dataclasses import dataclass, replace

from wizard.storage.paths import Home
from wizard.storage.small_files import SmallFile


@dataclass(frozen=True, slots=True)
class _Content:
    metrics_file: str = ""
    """Absolute path of the file of metrics that is written after each run; "" = none."""


class AlertSettings:
    """The settings for alerts and metrics. If the file is lost, nothing is sent."""

    def __init__(self, home: Home) -> None:
        self._file = SmallFile[_Content](home.root / "alerts.json", _Content, _Content(), home.ready)

    def metrics_file(self) -> str:
        """Return the file of metrics; "" = none."""
        return self._file.read().metrics_file

    def set_metrics_file(self, path: str) -> None:
        """Choose the file of metrics, "" = none; raises WizardError where that cannot be stored."""
        self._file.change(lambda before: replace(before, metrics_file=path))
