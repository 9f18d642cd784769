"""Mappings from and to a file: the JSON of a Graph synchronization schema."""

from dataclasses import replace
from pathlib import Path

from wizard.errors import WizardError
from wizard.mapping.attribute_mapping import Mappings
from wizard.mapping.schema_json import Remark as Remark
from wizard.mapping.schema_json import SchemaError, export_schema, import_schema
from wizard.mapping.schema_json import remarks as _remarks
from wizard.provisioning.job import Job
from wizard.storage.paths import reason, write_private

_LARGEST = 80_000_000
"""Bytes of a file."""


def imported_job(job: Job, path: Path) -> tuple[Job, tuple[Remark, ...]]:
    """The job with the tables and scoping filters of a file, and what of it does not work here.

    A table the file does not have stays as it is. Raises WizardError where the file cannot be read, or is no schema.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise SchemaError("schema-file-too-large", file=path.name)
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SchemaError("schema-file-not-utf8", file=path.name) from None
    except OSError as error:
        raise WizardError("schema-file-unreadable", file=path.name, why=reason(error)) from None
    return pasted(job, text)


def pasted(job: Job, text: str) -> tuple[Job, tuple[Remark, ...]]:
    """The same from a text."""
    found = import_schema(text, job.mappings, job.scope.user_filter, job.scope.group_filter)
    scope = replace(job.scope, user_filter=found.user_filter, group_filter=found.group_filter)
    return replace(job, mappings=found.mappings, scope=scope), found.remarks


def as_schema(job: Job) -> str:
    """The job's tables and scoping filters as JSON."""
    return export_schema(job.mappings, job.scope.user_filter, job.scope.group_filter)


def export_job(job: Job, path: Path) -> None:
    """Write them to a file, whole or not at all; raises WizardError."""
    write_private(path, as_schema(job).encode())


def remarks(mappings: Mappings) -> tuple[Remark, ...]:
    """What of an imported schema does not work here, as far as it still stands in the tables."""
    return _remarks(mappings)
