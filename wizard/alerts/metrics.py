"""A text file of metrics for the textfile collector of Prometheus's node_exporter.

See "Text-based format" of Prometheus, exposition formats.
"""

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from wizard.errors import WizardError

_BEGINNING = b"# HELP identity_center_wizard_"
_READABLE = 0o644
"""node_exporter usually runs as another user."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of one job."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Metric:
    """One gauge with its samples."""

    name: str
    help: str
    samples: tuple[Sample, ...] = field(default_factory=tuple)


def text_of(metrics: Iterable[Metric]) -> str:
    """Return the file's content."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def write(path: Path, text: str) -> None:
    """Replace the file atomically, readable for others: the collector never sees half of it. Raises WizardError."""
    temporary = ""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe would become an ordinary file
            raise OSError(errno.EINVAL, "Not a regular file")
        # The collector reads *.prom only, so the temporary file is never taken for metrics.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            if os.name == "posix":
                os.fchmod(descriptor, _READABLE)  # by its name, others could have replaced it by a link
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        reason = error.strerror or type(error).__name__
        raise WizardError("metrics-not-written", path=str(path), reason=reason) from None


def remove(path: Path) -> None:
    """Delete a file of metrics, unless another program has written it since; raises WizardError."""
    try:
        if path.read_bytes().startswith(_BEGINNING):
            path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WizardError("file-not-deleted", path=str(path), reason=reason) from None


def _lines(metric: Metric) -> Iterator[str]:
    if not metric.samples:
        return
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} gauge"
    for sample in metric.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
        yield (
            f"{metric.name}{{{labels}}} {_number(sample.value)}"
            if labels
            else f"{metric.name} {_number(sample.value)}"
        )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
