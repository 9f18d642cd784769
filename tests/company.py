"""A company of any size as the two files people have: Entra's columns, and pairs of group and member."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

HEADINGS = (
    "userPrincipalName", "displayName", "surname", "mail", "givenName", "id", "userType", "jobTitle", "department",
    "accountEnabled", "usageLocation", "streetAddress", "state", "country", "officeLocation", "city", "postalCode",
    "telephoneNumber", "mobilePhone", "manager",
)  # fmt: skip


@dataclass
class Company:
    """People as rows of Entra's *Download users*, memberships as pairs; both can be changed and written again."""

    people: list[dict[str, str]] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write people.csv and members.csv; returns both paths."""
        users, members = folder / "people.csv", folder / "members.csv"
        with users.open("w", newline="", encoding="utf-8-sig") as file:
            rows = csv.DictWriter(file, HEADINGS)
            rows.writeheader()
            rows.writerows(self.people)
        with members.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("group", "member"))
            writer.writerows(self.pairs)
        return users, members

    def person(self, number: int) -> dict[str, str]:
        """The row of one person."""
        return self.people[number]


def company(people: int, groups: int, memberships: int) -> Company:
    """`people` persons in a tree of managers (ten reports each), spread evenly over the groups."""
    made = Company([_person(number) for number in range(people)])
    per_group = memberships // groups if groups else 0
    for group in range(groups):
        for place in range(per_group):
            number = (group * per_group + place) % people
            made.pairs.append((f"Team {group:03d}", made.people[number]["userPrincipalName"]))
    return made


def _person(number: int) -> dict[str, str]:
    name = f"person{number:05d}@tidewater.example"
    row = dict.fromkeys(HEADINGS, "")
    row |= {
        "userPrincipalName": name,
        "displayName": f"Person {number:05d}",
        "givenName": "Person",
        "surname": f"Number {number:05d}",
        "mail": name,
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "userType": "Member",
        "jobTitle": "Engineer" if number % 3 else "Lead",
        "department": f"Department {number % 12}",
        "accountEnabled": "True",
        "city": "Kiel",
        "telephoneNumber": f"+49 431 {number:06d}",
    }
    if number:
        row["manager"] = f"person{(number - 1) // 10:05d}@tidewater.example"
    return row
