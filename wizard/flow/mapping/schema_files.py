"""Imports and exports mappings and scoping filters as a Graph synchronization schema (JSON)."""

from dataclasses import replace
from pathlib import Path

from wizard.errors import WizardError
from wizard.mapping.schema_json import Remark as Remark
from wizard.mapping.schema_json import SchemaError, export_schema, import_schema
from wizard.provisioning.job import Job
from wizard.storage.paths import reason, write_private

_LARGEST = 80_000_000
"""Bytes of a file."""


def import_mappings(job: Job, path: Path) -> tuple[Job, tuple[Remark, ...]]:
    """Return the job with the tables and scoping filters of a file, and remarks about rows that are not supported.

    A table that the file lacks is kept. Raises WizardError if the file cannot be read or is no schema.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise SchemaError("schema-file-too-large", file=path.name)
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SchemaError("schema-file-not-utf8", file=path.name) from None
    except OSError as error:
        raise WizardError("schema-file-unreadable", file=path.name, why=reason(error)) from None
    schema = import_schema(text, job.mappings, job.scope.user_filter, job.scope.group_filter)
    scope = replace(job.scope, user_filter=schema.user_filter, group_filter=schema.group_filter)
    return replace(job, mappings=schema.mappings, scope=scope), schema.remarks


def export_mappings(job: Job, path: Path) -> None:
    """Write the job's tables and scoping filters to a file, atomically; raises WizardError."""
    write_private(path, export_schema(job.mappings, job.scope.user_filter, job.scope.group_filter).encode())
