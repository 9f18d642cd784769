"""Which column of a file holds which attribute: as chosen by hand, else as recognised from its heading."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from wizard.directory import Column
from wizard.entra_names import canonical_name, is_entra_name, spelling_key
from wizard.errors import Message, WizardError
from wizard.names import composed
from wizard.sources.status import StatusRules, looks_like_status, rank_of, status_places
from wizard.sources.table import Cell, Row, Table

GROUPS = "groups"
"""Attribute of a column with names of groups."""
LEFT_OUT = ""
"""Attribute of a column that is not read."""

_SINGLE = {
    *("userPrincipalName", "objectId", "employeeId", "displayName", "surname", "givenName", "accountEnabled"),
    *("manager", "userType", "jobTitle", "department", "preferredLanguage", "usageLocation", GROUPS),
}
"""Single-valued attributes: two columns of one are an error, not two values."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices of a person about the columns."""

    identity: str = ""
    """Heading (or attribute) of the identity column; "" = automatic."""
    columns: tuple[tuple[str, str], ...] = ()
    """(heading, attribute); attribute "" = do not read the column."""
    groups_column: str = ""
    enabled_values: tuple[str, ...] = ()
    """Values of the status column that mean enabled; () = as recognised."""
    disabled_values: tuple[str, ...] = ()
    encoding: str = ""
    """Codec of text files; "" = detected."""
    sheet: str = ""
    """Sheet of a workbook; "" = the one with most known headings."""
    heading_row: int = 0
    """Row with the headings, 1 = first; 0 = detected."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file and their attributes."""

    headings: tuple[str, ...]
    attributes: tuple[str, ...]
    """Attribute of each column; "" = not read."""
    identity: str
    """Attribute that identifies people."""
    identity_heading: str
    user_name_from_mail: bool
    """There is no column of user names, so the e-mail address is also the user name."""
    status: StatusRules
    """Who is enabled."""
    besides: tuple[tuple[int, str], ...]
    """(column, heading) of status columns whose values are attributes under their headings too."""
    notes: tuple[Message, ...]

    def places(self, attribute: str) -> tuple[int, ...]:
        """The columns of an attribute."""
        return tuple(place for place, name in enumerate(self.attributes) if name == attribute)

    def heading(self, attribute: str) -> str:
        """The heading of an attribute's first column, or the attribute."""
        places = self.places(attribute)
        return self.headings[places[0]] if places else attribute


def lay_out(table: Table, choices: Choices, with_groups: bool = True) -> Layout:
    """Assign attributes to the columns of a table; raises `WizardError`.

    With `with_groups` False, a column recognised as names of groups is not read: the members file has the groups.
    """
    attributes = _assigned(table, choices)
    notes: list[Message] = []
    chosen_groups = choices.groups_column or GROUPS in {
        spelling_key(attribute) for _, attribute in choices.columns
    }
    if GROUPS in attributes and not with_groups and not chosen_groups:
        notes.append(Message("groups-column-not-read", heading=table.headings[attributes.index(GROUPS)]))
        attributes = [LEFT_OUT if name == GROUPS else name for name in attributes]
    status, besides = _status(table, attributes, choices)
    _refuse_repeated(table, attributes, status)
    identity, place, identity_notes = _identity(table, attributes, choices.identity)
    from_mail = "userPrincipalName" not in attributes and "mail" in attributes
    if from_mail:
        notes.append(Message("mail-is-user-name", heading=table.headings[attributes.index("mail")]))
    if any(is_secret(heading) for heading in table.headings):
        notes.append(Message("passwords-not-read"))
    return Layout(
        headings=table.headings,
        attributes=tuple(attributes),
        identity=identity,
        identity_heading=table.headings[place],
        user_name_from_mail=from_mail,
        status=status,
        besides=besides,
        notes=(*notes, *identity_notes),
    )


def _assigned(table: Table, choices: Choices) -> list[str]:
    """The attribute of each column. A choice overrides recognition; a recognised column then keeps its heading."""
    attributes = list(attributes_of(table.headings))
    chosen: dict[int, str] = {}
    columns = choices.columns + (((choices.groups_column, GROUPS),) if choices.groups_column else ())
    for heading, choice in columns:
        attribute = GROUPS if spelling_key(choice) == GROUPS else canonical_name(composed(choice.strip()))
        places = _find(table.headings, heading)
        if not places and attribute != LEFT_OUT:
            raise _no_heading(table, heading)
        chosen |= dict.fromkeys(places, attribute)
    for place, name in enumerate(attributes):
        heading = table.headings[place]
        if place in chosen:
            attributes[place] = LEFT_OUT if is_secret(heading) else chosen[place]
        elif name != LEFT_OUT and name in chosen.values():
            attributes[place] = LEFT_OUT if canonical_name(heading) == name else heading
    return attributes


def _find(headings: tuple[str, ...], wanted: str) -> list[int]:
    wanted = composed(wanted)
    exact = [place for place, heading in enumerate(headings) if heading == wanted.strip()]
    return exact or [
        place for place, heading in enumerate(headings) if spelling_key(heading) == spelling_key(wanted) != ""
    ]


def _no_heading(table: Table, heading: str) -> WizardError:
    shown, more = table.headings[:12], len(table.headings) > 12
    return WizardError("column-missing", file=table.name, heading=heading, headings=shown, more=more)


_LOOKED_AT = 200
"""First rows that decide what a column holds, where its heading does not."""


def _status(
    table: Table, attributes: list[str], choices: Choices
) -> tuple[StatusRules, tuple[tuple[int, str], ...]]:
    """(rules, columns kept under their headings too); marks the status columns in `attributes`."""
    headings = table.headings
    chosen = [
        (place, canonical_name(composed(choice.strip())))
        for heading, choice in choices.columns
        for place in _find(headings, heading)
    ]
    by_hand = [place for place, attribute in chosen if attribute == "accountEnabled" and attributes[place]]
    others = [place for place, attribute in chosen if attribute != "accountEnabled"]
    places = status_places(headings, attributes, by_hand, others, islice(table.rows(), _LOOKED_AT))
    besides = []
    for number, place in enumerate(places):
        keeps_heading = not is_entra_name(headings[place]) and recognised(headings[place]) == ""
        if keeps_heading and not by_hand and number == 0:
            besides.append((place, headings[place]))
        if number == 0 or is_entra_name(headings[place]):
            attributes[place] = "accountEnabled"
        elif attributes[place] == "accountEnabled" and spelling_key(headings[place]) != spelling_key(
            headings[places[0]]
        ):
            attributes[place] = headings[place]
    rules = StatusRules(
        places, tuple(headings[place] for place in places), choices.enabled_values, choices.disabled_values
    )
    return rules, tuple(besides)


def unused_status_places(layout: Layout) -> tuple[int, ...]:
    """Columns that look like a status and are not used as one."""
    return tuple(
        place
        for place, heading in enumerate(layout.headings)
        if place not in layout.status.places
        and layout.attributes[place] != GROUPS
        and not is_secret(heading)
        and (rank_of(heading) is not None or looks_like_status(heading))
    )


def _refuse_repeated(table: Table, attributes: list[str], status: StatusRules) -> None:
    for attribute, count in Counter(attributes).items():
        if attribute == "accountEnabled" and len(
            {spelling_key(table.headings[place]) for place in status.places}
        ) == len(status.places):
            continue  # several status columns of different headings are read together
        if count > 1 and attribute in _SINGLE:
            headings = tuple(table.headings[at] for at, name in enumerate(attributes) if name == attribute)
            raise WizardError(
                "attribute-in-several-columns",
                file=table.name,
                count=count,
                attribute=attribute,
                headings=headings,
            )


def _identity(table: Table, attributes: list[str], chosen: str) -> tuple[str, int, tuple[Message, ...]]:
    """(attribute, column, notes) of the identity: as chosen, else object id, employee id, or user name."""
    if chosen:
        places = _find(table.headings, chosen) or [
            at for at, name in enumerate(attributes) if name == canonical_name(chosen)
        ]
        if not places:
            raise _no_heading(table, chosen)
        if len(places) > 1:
            raise WizardError("identity-column-repeated", file=table.name, count=len(places), heading=chosen)
        attributes[places[0]] = attributes[places[0]] or table.headings[places[0]]
        return attributes[places[0]], places[0], ()
    for name in ("objectId", "employeeId"):
        if name in attributes and _has_values(table, attributes.index(name)):
            place = attributes.index(name)
            return name, place, (Message("identity-column", heading=table.headings[place]),)
    for name in ("userPrincipalName", "mail"):
        if name in attributes:
            place = attributes.index(name)
            return name, place, (Message("identity-is-user-name", heading=table.headings[place]),)
    if table.is_text and len(table.headings) == 1 and not recognised(table.headings[0]):
        # Not quoted: a job file from elsewhere may name a file of secrets, and an error is stored and sent in alerts.
        raise WizardError("file-without-columns", file=table.name)
    raise WizardError("no-identity-column", file=table.name, headings=table.headings[:8])


def _has_values(table: Table, place: int) -> bool:
    """Whether any row has a value in the column."""
    return any(len(row.cells) > place and row.cells[place] for row in table.rows())


# Headings

_CLEAR = {
    "userPrincipalName": "nombre principal de usuario, nombre principal del usuario, "
    "nom d'utilisateur principal, nom principal de l'utilisateur, "
    "nom d'utilisateur principal (upn), nom principal d'utilisateur, nome principale utente, "
    "nome dell'entità utente, nome principale dell'utente, nome principal do usuário, "
    "nome principal de usuário, nome principal do utilizador, user-principal-naam, "
    "principalnaam van gebruiker, gebruikersprincipalnaam, ユーザー プリンシパル名, ユーザー名, "
    "nom de connexion, nome utente, nome de usuário, nome de utilizador, aanmeldingsnaam, upn, "
    "user principal name, principal name, user name, sign-in name, login, login name, "
    "benutzername, anmeldename, benutzerprinzipalname, nom d'utilisateur, nombre de usuario, "
    "gebruikersnaam, 用户名",
    "displayName": "name.fullName, nome visualizzato, nome para exibição, nome a apresentar, "
    "nome de exibição, nom à afficher, nombre a mostrar, preferred name, full name, anzeigename, "
    "nom complet, nom d'affichage, nombre completo, nombre para mostrar, nome completo, weergavenaam, "
    "vollständiger name, полное имя, фио, 表示名, 显示名称, 氏名",
    "givenName": "legal first name, name.givenName, primeiro nome, first name, forename, given names, "
    "vorname, prénom, primer nombre, voornaam, nome próprio, имя, förnamn, fornavn, imię, 名, ad",
    "surname": "sn, legal last name, name.familyName, apelido, último nome, last name, family name, "
    "nachname, familienname, nom de famille, apellido, apellidos, achternaam, cognome, sobrenome, фамилия, "
    "efternamn, etternavn, nazwisko, 姓, soyad",
    "mail": "dirección de correo electrónico, correo, indirizzo di posta elettronica, posta elettronica, "
    "indirizzo e-mail, endereço de e-mail, endereço de correio eletrónico, correio eletrónico, メール, "
    "電子メール, 電子メール アドレス, メール アドレス, e-mail primary work, user e-mail, company e-mail, "
    "adresse de messagerie, messagerie, geschäftliche e-mail, e-mail, e-mail address, work e-mail, "
    "business e-mail, primary e-mail, primary smtp address, mail address, adresse e-mail, courriel, "
    "correo electrónico, e-mail-adresse, электронная почта, e-mailadres, メールアドレス, 电子邮件",
    "objectId": "objectGUID, id. de objeto, id de objeto, identificador de objeto, id d'objet, "
    "id de l'objet, id oggetto, id dell'oggetto, id do objeto, オブジェクト id, object id, entra id, "
    "azure ad id, user id, objekt-id, external id",
    "userType": "user type, tipo de usuario, type d'utilisateur, benutzertyp, tipo di utente, tipo utente, "
    "tipo de usuário, tipo de utilizador, gebruikerstype, ユーザーの種類",
    "jobTitle": "posizione, qualifica, mansione, titre du poste, fonction, functietitel, business title, "
    "position, job, employee title, berufsbezeichnung, stellenbezeichnung, funktion, intitulé de poste, "
    "poste, puesto, cargo, functie, должность, stanowisko, 役職, 职务",
    "department": "reparto, dipartimento, 部門, dept, abteilung, département, service, departamento, "
    "afdeling, отдел, dział, 部署, 部门",
    "usageLocation": "usage location",
    "streetAddress": "street, address, street and number, straße, strasse, adresse, rue, dirección, calle, улица",
    "state": "state or province, state/province, region, province, bundesland, provincia",
    "country": "country or region, country/region, land, pays, país, страна, 国",
    "physicalDeliveryOfficeName": "office, office name, büro, bureau, oficina, building",
    "city": "town, locality, stadt, ort, ville, ciudad, plaats, город, 市区町村",
    "postalCode": "zip, zip code, postcode, zip or postal code, plz, postleitzahl, code postal, "
    "código postal, индекс",
    "telephoneNumber": "telephone, phone number, work phone, business phone, office phone, telefon, "
    "telefonnummer, téléphone, teléfono, telefoon, телефон, 電話番号, 电话",
    "mobile": "cell phone, cell, mobile number, mobil, mobiltelefon, handy, portable, móvil",
    "facsimileTelephoneNumber": "fax, telefax",
    "employeeId": "worker number, id. de empleado, id de empleado, id. empleado, id employé, id d'employé, "
    "numéro d'employé, identifiant employé, matricola, id dipendente, numero dipendente, matrícula, "
    "id do funcionário, id de funcionário, mitarbeiter-id, medewerkersnummer, werknemersnummer, "
    "従業員 id, 従業員番号, employee number, employee no, employee nr, personnel number, personnel no, "
    "staff id, staff number, worker id, personalnummer, personal-nr, mitarbeiternummer, matricule, "
    "número de empleado, personeelsnummer, табельный номер, 社員番号, 工号",
    "employeeType": "employment type",
    "companyName": "nombre de la compañía, compañía, nombre de la empresa, nom de la société, "
    "nom de l'entreprise, firmenname, nome società, società, azienda, nome da empresa, bedrijfsnaam, "
    "bedrijf, 会社名, company, organisation, organization, firma, unternehmen, société, entreprise, "
    "empresa, компания",
    "preferredLanguage": "language, sprache, langue, idioma",
    "manager": "reporting to, supervisor e-mail, gerente, gestor, responsabile, leidinggevende, 上司, "
    "manager e-mail, manager's e-mail, manager id, manager upn, manager employee id, manager object id, "
    "reports to, supervisor, line manager, vorgesetzter, vorgesetzte, führungskraft, responsable, jefe, "
    "руководитель",
    "distinguishedName": "dn, distinguished name, distinguishedName",
    "mailNickname": "mail nickname, alias, nickname",
    "costCenter": "cost centre, kostenstelle, centre de coûts, centro de coste",
    "division": "business unit, sparte",
    GROUPS: "group, groups, group names, group name, member of, group memberships, memberships, gruppen, "
    "gruppe, groupes, grupos, группы",
}
"""Attribute -> unambiguous headings."""

_LOOSE = {
    "displayName": "name, cn",
    "surname": "nom",
    "givenName": "nombre, nome",
    "jobTitle": "title, titel, role",
    "telephoneNumber": "phone, tel, work",
    "objectId": "guid, uuid, unique id",
    "userPrincipalName": "user, account, username, uid",
    "city": "l",
    "state": "st",
    "country": "co, c",
    "employeeId": "employee",
    "physicalDeliveryOfficeName": "location",
}
"""Attribute -> headings that are used only if the attribute has no unambiguous heading."""

_SECRET = re.compile(r"password|passwort|kennwort|mot de passe|contraseña|пароль|secret", re.IGNORECASE)
_BRACKET = re.compile(r"\[([^\]]*)\]")
_REMARK = re.compile(r"\[[^\]]*\]|\([^)]*\)")


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
    """The attribute that a heading names unambiguously, or ""."""
    for bracketed in _BRACKET.findall(heading):
        if is_entra_name(bracketed):
            return canonical_name(bracketed)
    if rank_of(heading) in (0, 1):
        return "accountEnabled"
    for text in (_REMARK.sub("", heading), heading):
        if is_entra_name(text):
            return canonical_name(text)
        if attribute := _KNOWN.get(spelling_key(text)):
            return attribute
    return ""


LEADING = 40
"""Rows at the top of a file or sheet that are searched for headings."""


def known_headings(cells: Sequence[Cell]) -> int:
    """How many cells are headings that are known."""
    texts = [cell for cell in cells if isinstance(cell, str) and len(cell) <= _SHOWN and cell.strip()]
    return sum(bool(recognised(text)) or rank_of(text) is not None for text in texts)


def heading_place(opening: Sequence[Row]) -> int:
    """The index of the row with the headings among the first rows: above it may be titles and merged headings.

    It is the first row, unless a later one has more than twice as many known headings, and at least two.
    """
    counts = [known_headings(row.cells) for row in opening[:LEADING]]
    best = max(range(len(counts)), key=lambda place: (counts[place], -place), default=0)
    return best if counts and counts[best] >= 2 and counts[best] > 2 * counts[0] else 0


def chosen_place(opening: Sequence[Row], heading_row: int, file: str) -> int:
    """The index of the row that a person chose; raises `WizardError` if it is empty or not there."""
    for place, row in enumerate(opening):
        if row.line == heading_row:
            return place
    raise WizardError("heading-row-empty", file=file, row=heading_row)


def is_secret(heading: str) -> bool:
    """Whether a heading names a password, which is neither read nor shown."""
    return bool(_SECRET.search(heading))


def attributes_of(headings: Sequence[str]) -> tuple[str, ...]:
    """For each heading its attribute; the heading itself if none is recognised; "" for a column that is not read.

    Two different headings never share an attribute: the more exact one gets it, else the first. Equal headings share it
    (a repeated column gives several values).
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
    """The attribute of an ambiguous heading among the others: "Name" with a first name is the last name."""
    attribute = _PERHAPS.get(spelling_key(heading), "")
    if spelling_key(heading) == "name" and "givenName" in taken and "surname" not in taken:
        return "surname"
    if spelling_key(heading) in ("nombre", "nome") and ("givenName" in taken or "surname" not in taken):
        return "displayName"
    return attribute


def export_name(headings: Sequence[str], is_template: bool, has_objects: bool) -> Message:
    """The kind of file these headings belong to."""
    keys = {spelling_key(heading) for heading in headings}
    entra = {"userprincipalname", "usertype", "accountenabled"} <= keys
    if is_template:
        return Message("export-entra-template")
    if has_objects:
        return Message("export-graph" if {"id", "userprincipalname"} <= keys else "export-json")
    if entra and "objectid" in keys:
        return Message("export-entra-older")
    if entra and "id" in keys:
        return Message("export-entra")
    if any("[required]" in heading.casefold() or "[read only]" in heading.casefold() for heading in headings):
        return Message("export-google")
    if {"userprincipalname", "displayname", "licenses"} <= keys:
        return Message("export-microsoft-365")
    return Message("export-unknown")


# Summary of the columns

_EXAMPLES = 3
_FIRST_ROWS = 10
_SHOWN = 200
"""Characters of a cell to show."""


class Survey:
    """Collects examples and counts of the columns while the rows are read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._hidden = [is_secret(heading) for heading in layout.headings]
        self._examples: list[dict[str, None]] = [{} for _ in layout.headings]
        self._filled = [0] * len(layout.headings)
        self._seen: list[set[int] | None] = [None if hidden else set() for hidden in self._hidden]
        """Hashes of each column's values (a quarter of their size); None once the column cannot be an identity."""
        self._first_rows: list[tuple[str, ...]] = []
        self.row_count = 0

    def add(self, row: Row) -> None:
        """Add a row."""
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
        """A value of a column that was filled and unique in all rows so far."""
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
        """The columns with examples and counts."""
        layout = self._layout
        return tuple(
            Column(heading, attribute, filled, tuple(examples))
            for heading, attribute, examples, filled in zip(
                layout.headings, layout.attributes, self._examples, self._filled, strict=True
            )
        )

    @property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        """Up to ten rows, without secrets."""
        return tuple(self._first_rows)

    @property
    def identity_choices(self) -> tuple[str, ...]:
        """Headings of columns that are filled and unique in every row."""
        headings = self._layout.headings
        return tuple(heading for heading, values in zip(headings, self._seen, strict=True) if values)
