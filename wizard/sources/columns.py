"""Which column is which attribute: by hand first, then by what its heading is recognised as."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from wizard.entra_names import canonical_name, is_entra_name, spelling_key
from wizard.errors import WizardError
from wizard.sources.interface import Column
from wizard.sources.table import Row, Table

GROUPS = "groups"
"""What a column of group names is taken for."""
LEFT_OUT = ""

_CLEAR = {
    "userPrincipalName": "upn, user principal name, principal name, user name, sign-in name, login, login name, "
    "benutzername, anmeldename, benutzerprinzipalname, nom d'utilisateur, nombre de usuario, "
    "gebruikersnaam, 用户名",
    "displayName": "full name, anzeigename, nom complet, nom d'affichage, nombre completo, nombre para mostrar, "
    "nome completo, weergavenaam, vollständiger name, полное имя, фио, 表示名, 显示名称, 氏名",
    "givenName": "first name, forename, given names, vorname, prénom, primer nombre, voornaam, nome próprio, имя, "
    "förnamn, fornavn, imię, 名, ad",
    "surname": "last name, family name, nachname, familienname, nom de famille, apellido, apellidos, achternaam, "
    "cognome, sobrenome, фамилия, efternamn, etternavn, nazwisko, 姓, soyad",
    "mail": "e-mail, e-mail address, work e-mail, business e-mail, primary e-mail, primary smtp address, "
    "mail address, adresse e-mail, courriel, correo electrónico, e-mail-adresse, электронная почта, e-mailadres, "
    "メールアドレス, 电子邮件",
    "objectId": "object id, entra id, azure ad id, user id, objekt-id, external id",
    "userType": "user type",
    "jobTitle": "position, job, employee title, berufsbezeichnung, stellenbezeichnung, funktion, "
    "intitulé de poste, "
    "poste, puesto, cargo, functie, должность, stanowisko, 役職, 职务",
    "department": "dept, abteilung, département, service, departamento, afdeling, отдел, dział, 部署, 部门",
    "accountEnabled": "block sign in, block credential, blocked, sign-in blocked, account disabled, enabled, "
    "is enabled, active, is active, account active, konto aktiv, aktiv, konto aktiviert, anmeldung "
    "blockiert, actif",
    "usageLocation": "usage location",
    "streetAddress": "street, address, street and number, straße, strasse, adresse, rue, dirección, calle, улица",
    "state": "state or province, state/province, region, province, bundesland, provincia",
    "country": "country or region, country/region, land, pays, país, страна, 国",
    "physicalDeliveryOfficeName": "office, office name, büro, bureau, oficina, building",
    "city": "town, locality, stadt, ort, ville, ciudad, plaats, город, 市区町村",
    "postalCode": "zip, zip code, postcode, zip or postal code, plz, postleitzahl, code postal, "
    "código postal, индекс",
    "telephoneNumber": "telephone, phone number, work phone, business phone, office phone, telefon, "
    "telefonnummer, "
    "téléphone, teléfono, telefoon, телефон, 電話番号, 电话",
    "mobile": "cell phone, cell, mobile number, mobil, mobiltelefon, handy, portable, móvil",
    "facsimileTelephoneNumber": "fax, telefax",
    "employeeId": "employee number, employee no, employee nr, personnel number, personnel no, staff "
    "id, staff number, "
    "worker id, personalnummer, personal-nr, mitarbeiternummer, matricule, número de empleado, personeelsnummer, "
    "табельный номер, 社員番号, 工号",
    "employeeType": "employment type",
    "companyName": "company, organisation, organization, firma, unternehmen, société, entreprise, "
    "empresa, компания",
    "preferredLanguage": "language, sprache, langue, idioma",
    "manager": "manager e-mail, manager's e-mail, manager id, manager upn, manager employee id, "
    "manager object id, "
    "reports to, supervisor, line manager, vorgesetzter, vorgesetzte, führungskraft, responsable, "
    "jefe, руководитель",
    "mailNickname": "mail nickname, alias, nickname",
    "costCenter": "cost centre, kostenstelle, centre de coûts, centro de coste",
    "division": "business unit, sparte",
    GROUPS: "group, groups, group names, group name, member of, group memberships, memberships, gruppen, gruppe, "
    "groupes, grupos, группы",
}
"""Spellings that mean one thing only."""

_LOOSE = {
    "displayName": "name",
    "surname": "nom",
    "givenName": "nombre",
    "jobTitle": "title, titel, role",
    "telephoneNumber": "phone, tel, work",
    "objectId": "guid, uuid, unique id",
    "userPrincipalName": "user, account, username",
    "physicalDeliveryOfficeName": "location",
}
"""Spellings taken for an attribute only where no clearer heading claims it."""

_SECRET = re.compile(r"password|passwort|kennwort|mot de passe|contraseña|пароль|secret", re.IGNORECASE)
_BRACKET = re.compile(r"\[([^\]]*)\]")
_REMARK = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_INVERSE = re.compile(r"block|disabled|blockiert|gesperrt|deaktiviert", re.IGNORECASE)


def _keys(names: dict[str, str]) -> dict[str, str]:
    return {
        spelling_key(spelling): attribute
        for attribute, spellings in names.items()
        for spelling in spellings.split(",")
    }


_KNOWN = _keys(_CLEAR)
_PERHAPS = _keys(_LOOSE)


@lru_cache(maxsize=4096)
def recognised(heading: str) -> str:
    """The attribute a heading clearly stands for; "" where it is unknown or may mean several things."""
    for bracketed in _BRACKET.findall(heading):
        if is_entra_name(bracketed):
            return canonical_name(bracketed)
    if spelling_key(heading) == "statusreadonly":  # Google Workspace: Active or Suspended
        return "accountEnabled"
    for text in (_REMARK.sub("", heading), heading):
        if is_entra_name(text):
            return canonical_name(text)
        if attribute := _KNOWN.get(spelling_key(text)):
            return attribute
    return ""


def is_secret(heading: str) -> bool:
    """Whether a password stands below this heading: it is neither read nor shown."""
    return bool(_SECRET.search(heading))


def is_inverse(heading: str) -> bool:
    """Whether "yes" below this heading of `accountEnabled` means that the account is blocked."""
    return bool(_INVERSE.search(heading))


def attributes_of(headings: Sequence[str]) -> tuple[str, ...]:
    """For each heading the attribute it is taken for, the heading itself where none, "" where it is left out.

    Two different headings never share an attribute: the more exact one has it, then the first one.
    Equal headings do share it (a repeated column gives several values).
    """
    taken: dict[str, str] = {}
    claims = [_claim(heading) for heading in headings]
    for wanted in (0, 1):
        for heading, (attribute, rank) in zip(headings, claims, strict=True):
            if attribute and rank == wanted:
                taken.setdefault(attribute, spelling_key(heading))
    for heading in headings:
        attribute = _loose(heading, taken)
        if attribute and recognised(heading) == "":
            taken.setdefault(attribute, spelling_key(heading))
    owner = {heading: attribute for attribute, heading in taken.items()}
    return tuple(
        LEFT_OUT if is_secret(heading) else owner.get(spelling_key(heading), heading) for heading in headings
    )


def _claim(heading: str) -> tuple[str, int]:
    attribute = LEFT_OUT if is_secret(heading) else recognised(heading)
    return attribute, 0 if spelling_key(heading) == spelling_key(attribute) else 1


def _loose(heading: str, taken: dict[str, str]) -> str:
    """What a vague heading stands for beside the others: "Name" beside a first name is the last name."""
    attribute = _PERHAPS.get(spelling_key(heading), "")
    if spelling_key(heading) == "name" and "givenName" in taken and "surname" not in taken:
        return "surname"
    if spelling_key(heading) == "nombre" and "givenName" in taken:
        return "displayName"
    return attribute


def export_name(headings: Sequence[str], is_template: bool, has_objects: bool) -> str:
    """What kind of file these headings belong to, in words for a person."""
    keys = {spelling_key(heading) for heading in headings}
    entra = {"userprincipalname", "usertype", "accountenabled"} <= keys
    if is_template:
        return "Entra ID, bulk create template"
    if has_objects:
        return (
            "Microsoft Graph, people as JSON" if {"id", "userprincipalname"} <= keys else "A list of people, JSON"
        )
    if entra and "objectid" in keys:
        return "Entra ID, Download users (older form)"
    if entra and "id" in keys:
        return "Entra ID, Download users"
    if any("[required]" in heading.casefold() or "[read only]" in heading.casefold() for heading in headings):
        return "Google Workspace, Download users"
    if {"userprincipalname", "displayname", "licenses"} <= keys:
        return "Microsoft 365, Export users"
    return "A table of people"


_SINGLE = {
    *("userPrincipalName", "objectId", "employeeId", "displayName", "surname", "givenName", "accountEnabled"),
    *("manager", "userType", "jobTitle", "department", "preferredLanguage", "usageLocation", GROUPS),
}
"""Attributes of which a person has one: two columns of them are a mistake, not two values."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about the columns."""

    identity: str = ""
    """Heading (or attribute) of the identity column; "" = by the rule."""
    columns: tuple[tuple[str, str], ...] = ()
    """(heading, attribute); attribute "" leaves the column out."""
    groups_column: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file, understood."""

    headings: tuple[str, ...]
    attributes: tuple[str, ...]
    """For each column its attribute; "" = left out."""
    identity: str
    """Attribute that tells people apart."""
    identity_heading: str
    user_name_from_mail: bool
    """No column holds user names, so the e-mail address is the user name too."""
    inverse: frozenset[int]
    """Columns of `accountEnabled` that say "blocked" instead."""
    notes: tuple[str, ...]

    def places(self, attribute: str) -> tuple[int, ...]:
        """The columns that hold an attribute."""
        return tuple(place for place, name in enumerate(self.attributes) if name == attribute)

    def heading(self, attribute: str) -> str:
        """The heading of an attribute's first column, or the attribute where there is none."""
        places = self.places(attribute)
        return self.headings[places[0]] if places else attribute


def lay_out(table: Table, choices: Choices, with_groups: bool = True) -> Layout:
    """How the columns of `table` are read; raises `WizardError` where they cannot be.

    `with_groups` False: a column that merely looks like names of groups is left out, because a members file tells.
    """
    attributes = _assigned(table, choices)
    notes: list[str] = []
    chosen_groups = choices.groups_column or GROUPS in {
        spelling_key(attribute) for _, attribute in choices.columns
    }
    if GROUPS in attributes and not with_groups and not chosen_groups:
        notes.append(
            f"The column {table.headings[attributes.index(GROUPS)]} was left out: the members file "
            "tells the groups."
        )
        attributes = [LEFT_OUT if name == GROUPS else name for name in attributes]
    _refuse_repeated(table, attributes)
    identity, place, told = _identity(table, attributes, choices.identity)
    from_mail = "userPrincipalName" not in attributes and "mail" in attributes
    if from_mail:
        notes.append(
            f"No column holds user names, so {table.headings[attributes.index('mail')]} is taken for "
            "the user name too."
        )
    if any(is_secret(heading) for heading in table.headings):
        notes.append("A column with passwords was left out: passwords are never read.")
    return Layout(
        headings=table.headings,
        attributes=tuple(attributes),
        identity=identity,
        identity_heading=table.headings[place],
        user_name_from_mail=from_mail,
        inverse=frozenset(
            number
            for number, name in enumerate(attributes)
            if name == "accountEnabled" and is_inverse(table.headings[number])
        ),
        notes=(*notes, *told),
    )


def _assigned(table: Table, choices: Choices) -> list[str]:
    """The attribute of each column; a hand beats recognition, whose column then keeps its own heading."""
    attributes = list(attributes_of(table.headings))
    by_hand: dict[int, str] = {}
    wishes = choices.columns + (((choices.groups_column, GROUPS),) if choices.groups_column else ())
    for heading, wish in wishes:
        attribute = GROUPS if spelling_key(wish) == GROUPS else canonical_name(wish.strip())
        places = _find(table.headings, heading)
        if not places and attribute != LEFT_OUT:
            raise _no_heading(table, heading)
        by_hand |= dict.fromkeys(places, attribute)
    for place, name in enumerate(attributes):
        heading = table.headings[place]
        if place in by_hand:
            attributes[place] = LEFT_OUT if is_secret(heading) else by_hand[place]
        elif name != LEFT_OUT and name in by_hand.values():
            attributes[place] = LEFT_OUT if canonical_name(heading) == name else heading
    return attributes


def _find(headings: tuple[str, ...], wanted: str) -> list[int]:
    exact = [place for place, heading in enumerate(headings) if heading == wanted.strip()]
    return exact or [
        place for place, heading in enumerate(headings) if spelling_key(heading) == spelling_key(wanted) != ""
    ]


def _no_heading(table: Table, heading: str) -> WizardError:
    return WizardError(
        f"{table.name} has no column {heading}",
        f"This job reads that column. Its headings are: {', '.join(table.headings[:12])}"
        f"{' …' if len(table.headings) > 12 else ''}. Was it renamed? Choose the columns again. "
        "Nothing was changed.",
    )


def _refuse_repeated(table: Table, attributes: list[str]) -> None:
    for attribute, count in Counter(attributes).items():
        if count > 1 and attribute in _SINGLE:
            headings = [table.headings[at] for at, name in enumerate(attributes) if name == attribute]
            raise WizardError(
                f"{count} columns of {table.name} are {attribute}",
                f"{' and '.join(headings)}: a person has one {attribute} only. Leave one of the columns out.",
            )


def _identity(table: Table, attributes: list[str], chosen: str) -> tuple[str, int, tuple[str, ...]]:
    """(attribute, column, notes) of the identity: chosen, else id, else employee id, else user name (design 3)."""
    if chosen:
        places = _find(table.headings, chosen) or [
            at for at, name in enumerate(attributes) if name == canonical_name(chosen)
        ]
        if not places:
            raise _no_heading(table, chosen)
        if len(places) > 1:
            raise WizardError(
                f"{table.name} has {len(places)} columns {chosen}",
                "One column tells people apart. Leave the other out, or rename it in the file.",
            )
        attributes[places[0]] = attributes[places[0]] or table.headings[places[0]]
        return attributes[places[0]], places[0], ()
    for name in ("objectId", "employeeId"):
        if name in attributes and _has_values(table, attributes.index(name)):
            place = attributes.index(name)
            return name, place, (f"People are told apart by the column {table.headings[place]}.",)
    for name in ("userPrincipalName", "mail"):
        if name in attributes:
            place = attributes.index(name)
            warning = (
                f"People are told apart by {table.headings[place]}, because no column holds an id or "
                "an employee ID. "
                "Someone whose user name changes will be taken for somebody new."
            )
            return name, place, (warning,)
    raise WizardError(
        f"{table.name} has no column that tells people apart",
        "It needs a column with an id, an employee ID or a user principal name, and a first line that names the "
        f"columns. Found: {', '.join(table.headings[:8])}. Choose the column by hand, or export the file again.",
    )


def _has_values(table: Table, place: int) -> bool:
    """Whether the column is more than a heading; mostly the first row answers."""
    return any(len(row.cells) > place and row.cells[place] for row in table.rows())


_EXAMPLES = 3
_FIRST_ROWS = 10
_SHOWN = 200
"""Characters of a cell that are shown."""


class Survey:
    """Looks at every row once and remembers only what is shown."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._hidden = [is_secret(heading) for heading in layout.headings]
        self._examples: list[dict[str, None]] = [{} for _ in layout.headings]
        self._filled = [0] * len(layout.headings)
        self._seen: list[set[int] | None] = [None if hidden else set() for hidden in self._hidden]
        """Fingerprints of each column's values, a quarter of their size; None once it cannot be an identity."""
        self._first_rows: list[tuple[str, ...]] = []
        self.row_count = 0

    def add(self, row: Row) -> None:
        """Look at one row."""
        self.row_count += 1
        texts = [cell.strip() if isinstance(cell, str) else ", ".join(cell) for cell in row.cells]
        texts = texts[: len(self._filled)] + [""] * (len(self._filled) - len(texts))
        if len(self._first_rows) < _FIRST_ROWS:
            shown = zip(texts, self._hidden, strict=True)
            self._first_rows.append(tuple("" if hidden else text[:_SHOWN] for text, hidden in shown))
        filled, seen = self._filled, self._seen
        for place, text in enumerate(texts):
            values = seen[place]
            if text:
                filled[place] += 1
                if values is not None:
                    self._look(place, text, values)
                elif len(self._examples[place]) < _EXAMPLES:
                    self._show(place, text)
            elif values is not None:
                seen[place] = None

    def _look(self, place: int, text: str, values: set[int]) -> None:
        """One more value of a column that was filled and different in every row so far."""
        fingerprint = hash(text.casefold())
        if fingerprint in values:
            self._seen[place] = None
        values.add(fingerprint)
        self._show(place, text)

    def _show(self, place: int, text: str) -> None:
        examples = self._examples[place]
        if len(examples) < _EXAMPLES and not self._hidden[place]:
            examples[text[:_SHOWN]] = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as they were found."""
        layout = self._layout
        return tuple(
            Column(heading, attribute, tuple(examples), filled)
            for heading, attribute, examples, filled in zip(
                layout.headings, layout.attributes, self._examples, self._filled, strict=True
            )
        )

    @property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        """Up to ten rows; what is secret is not among them."""
        return tuple(self._first_rows)

    @property
    def identity_choices(self) -> tuple[str, ...]:
        """Headings filled in every row and never twice."""
        headings = self._layout.headings
        return tuple(heading for heading, values in zip(headings, self._seen, strict=True) if values)
