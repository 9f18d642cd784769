"""What happens in a company of 220: everyone is provisioned, then a round of edits, the awkward ones included."""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.company import Company, company

DOMAIN = "tidewater.example"
LARGE = "Everyone ashore"
"""A group of more than a hundred: it cannot be made with all its members in one request."""
DISSOLVED = "Team 002"


@dataclass
class Staff:
    """People by their directory id, managers and members named by id, so that a rename moves nothing else."""

    rows: dict[str, dict[str, str]]
    managers: dict[str, str]
    members: dict[str, set[str]]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write people.csv and members.csv as Entra names them: by user principal name."""
        names = {key: row["userPrincipalName"] for key, row in self.rows.items()}
        people = [row | {"manager": names.get(self.managers.get(key, ""), "")} for key, row in self.rows.items()]
        pairs = [(group, names[key]) for group, keys in self.members.items() for key in sorted(keys)]
        return Company(people, pairs).write(folder)

    def rename(self, key: str, name: str) -> None:
        """Another user name and address."""
        self.rows[key] |= {"userPrincipalName": name, "mail": name}

    def leave(self, key: str) -> None:
        """Gone from the directory, its groups and as a manager."""
        del self.rows[key]
        self.managers = {who: boss for who, boss in self.managers.items() if key not in (who, boss)}
        for keys in self.members.values():
            keys.discard(key)


def before(people: int = 220, groups: int = 12) -> Staff:
    """The company as it is first provisioned: a tree of managers, two who manage each other, one large group."""
    made = company(people, groups, people * 2 // groups * groups)
    keys = {row["userPrincipalName"]: row["id"] for row in made.people}
    staff = Staff(
        {row["id"]: row for row in made.people},
        {row["id"]: keys[row["manager"]] for row in made.people if row["manager"]},
        {},
    )
    for group, name in made.pairs:
        staff.members.setdefault(group, set()).add(keys[name])
    everyone = list(staff.rows)
    staff.managers[everyone[0]] = everyone[1]
    staff.members[LARGE] = set(everyone[: people * 3 // 4])
    return staff


def after(start: Staff, seed: int = 7) -> Staff:
    """The edits of some weeks: names swapped and passed on, leavers, hires, titles, managers, joins and leaves."""
    staff, random = deepcopy(start), Random(seed)
    keys = list(staff.rows)[10:]
    random.shuffle(keys)
    scale = max(1, len(keys) // 50)
    take = iter(keys)

    def some(number: int) -> list[str]:
        return [next(take) for _ in range(number)]

    for _ in range(scale):
        one, other = some(2)  # A becomes B, B becomes A
        _pass_on(staff, [one, other])
    _pass_on(staff, some(3))  # a ring of three
    one, heir = some(2)  # A moves to a new name, B takes the one that A had
    freed = staff.rows[one]["userPrincipalName"]
    staff.rename(one, f"moved.on@{DOMAIN}")
    staff.rename(heir, freed)
    for number, key in enumerate(some(scale)):
        staff.rename(key, f"married{number}@{DOMAIN}")
    for key in some(4 * scale):
        staff.rows[key]["jobTitle"] = "Chief of Charts"
    for key in some(2 * scale):
        staff.rows[key] |= {"department": "Harbour", "city": ""}
    for key in some(2 * scale):
        staff.managers[key] = list(staff.rows)[random.randrange(10)]
    blocked = some(1)[0]
    staff.rows[blocked]["accountEnabled"] = "False"
    leavers = some(scale)
    inherited = staff.rows[leavers[0]]["userPrincipalName"]
    for key in leavers:
        staff.leave(key)
    _hire(staff, scale + 1, inherited)
    _regroup(staff, random, 4 * scale)
    return staff


def _pass_on(staff: Staff, keys: list[str]) -> None:
    names = [staff.rows[key]["userPrincipalName"] for key in keys]
    for key, name in zip(keys, names[1:] + names[:1], strict=True):
        staff.rename(key, name)


def _hire(staff: Staff, number: int, inherited: str) -> None:
    """New people; the first manages the others. `inherited`, the name of a leaver, is not given to them."""
    first = ""
    for place in range(number):
        row = dict(next(iter(staff.rows.values())))
        key = f"11111111-0000-4000-8000-{place:012d}"
        row |= {"id": key, "displayName": f"Hired {place}", "surname": f"Hired {place}"}
        staff.rows[key] = row
        staff.rename(key, f"hired{place}@{DOMAIN}")
        assert row["userPrincipalName"] != inherited
        first = first or key
        if key != first:
            staff.managers[key] = first
    staff.members["Pilots"] = {key for key in staff.rows if key.startswith("1111")}


def _regroup(staff: Staff, random: Random, number: int) -> None:
    staff.members.pop(DISSOLVED, None)
    everyone = list(staff.rows)
    for _ in range(number):
        group = random.choice(sorted(staff.members))
        present = sorted(staff.members[group])
        if random.random() < 0.5 and len(present) > 2:
            staff.members[group].discard(random.choice(present))
        else:
            staff.members[group].add(random.choice(everyone))
