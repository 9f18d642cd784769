"""The attributes of people that a job reads from a tenant: those it maps or filters by, or all that it can map."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wizard.entra_names import MAPPABLE_NAMES
from wizard.mapping.resources import sources_of
from wizard.mapping.source_values import entra_name

if TYPE_CHECKING:
    from wizard.directory import DirectorySnapshot
    from wizard.provisioning.job import Job

_ALWAYS = ("userPrincipalName", "displayName", "objectId")
"""Names of a person in a plan, read even if they are not mapped."""


def needed(job: "Job") -> tuple[str, ...]:
    """Return the attributes that mappings and filters of people read, in the order of `MAPPABLE_NAMES`."""
    asked = set(_ALWAYS) | set(_asked(job))
    return (*(name for name in MAPPABLE_NAMES if name in asked), *sorted(filter(_is_extension, asked)))


def offered(job: "Job") -> tuple[str, ...]:
    """Return every attribute that can be mapped, and the directory extensions that the job names."""
    return (*MAPPABLE_NAMES, *sorted({name for name in _asked(job) if _is_extension(name)}))


def known_attributes(job: "Job", snapshot: "DirectorySnapshot") -> frozenset[str]:
    """Return the attributes of this directory's people; of a tenant with every extension that the job names."""
    extensions = filter(_is_extension, _asked(job)) if job.source.kind == "entra" else ()
    return frozenset((*snapshot.attributes, *extensions))


def _asked(job: "Job") -> Iterable[str]:
    for row in job.mappings.users:
        yield from map(entra_name, sources_of(row))
    for group in job.scope.user_filter.groups:
        yield from (entra_name(clause.attribute) for clause in group.clauses)


def _is_extension(name: str) -> bool:
    """Return whether this is a directory extension: `extension_<application id without dashes>_<name>`."""
    return name.startswith("extension_") and name.count("_") >= 2
