"""Headings people meet in exports, and the names Entra has for what stands below them."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

GROUPS = "groups"
"""What a column of group names is taken for."""
LEFT_OUT = ""

ENTRA_NAMES = (
    *("userPrincipalName", "originalUserPrincipalName", "displayName", "surname", "givenName", "mail", "objectId"),
    *(
        "userType",
        "jobTitle",
        "department",
        "accountEnabled",
        "usageLocation",
        "streetAddress",
        "state",
        "country",
    ),
    *("physicalDeliveryOfficeName", "city", "postalCode", "telephoneNumber", "mobile", "facsimileTelephoneNumber"),
    *("employeeId", "employeeType", "companyName", "preferredLanguage", "manager", "mailNickname", "otherMails"),
    *("proxyAddresses", "costCenter", "division", *(f"extensionAttribute{n}" for n in range(1, 16))),
)
"""Entra's attribute names as its mappings write them (the names of the older Azure AD Graph)."""

_TODAY = {
    "id": "objectId",
    "businessPhones": "telephoneNumber",
    "mobilePhone": "mobile",
    "officeLocation": "physicalDeliveryOfficeName",
    "faxNumber": "facsimileTelephoneNumber",
}
"""Microsoft Graph's names where they differ."""

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


def key(heading: str) -> str:
    """What two spellings of one heading have in common: letters and digits, without case, accents and marks."""
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _keys(names: dict[str, str]) -> dict[str, str]:
    return {
        key(spelling): attribute for attribute, spellings in names.items() for spelling in spellings.split(",")
    }


_EXACT = {key(name): name for name in ENTRA_NAMES} | {key(name): legacy for name, legacy in _TODAY.items()}
_KNOWN = _keys(_CLEAR) | _EXACT
_PERHAPS = _keys(_LOOSE)


def canonical(attribute: str) -> str:
    """The name mappings use for an attribute however it is written; unknown names stay as they are."""
    return _EXACT.get(key(attribute), attribute)


@lru_cache(maxsize=4096)
def recognised(heading: str) -> str:
    """The attribute a heading clearly stands for; "" where it is unknown or may mean several things."""
    for bracketed in _BRACKET.findall(heading):
        if key(bracketed) in _EXACT:
            return _EXACT[key(bracketed)]
    if key(heading) == "statusreadonly":  # Google Workspace: Active or Suspended
        return "accountEnabled"
    bare = key(_REMARK.sub("", heading))
    return _KNOWN.get(bare) or _KNOWN.get(key(heading), "")


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
                taken.setdefault(attribute, key(heading))
    for heading in headings:
        attribute = _loose(heading, taken)
        if attribute and recognised(heading) == "":
            taken.setdefault(attribute, key(heading))
    owner = {heading: attribute for attribute, heading in taken.items()}
    return tuple(LEFT_OUT if is_secret(heading) else owner.get(key(heading), heading) for heading in headings)


def _claim(heading: str) -> tuple[str, int]:
    attribute = LEFT_OUT if is_secret(heading) else recognised(heading)
    return attribute, 0 if key(heading) == key(attribute) else 1


def _loose(heading: str, taken: dict[str, str]) -> str:
    """What a vague heading stands for beside the others: "Name" beside a first name is the last name."""
    attribute = _PERHAPS.get(key(heading), "")
    if key(heading) == "name" and "givenName" in taken and "surname" not in taken:
        return "surname"
    if key(heading) == "nombre" and "givenName" in taken:
        return "displayName"
    return attribute


def export_name(headings: Sequence[str], is_template: bool, has_objects: bool) -> str:
    """What kind of file these headings belong to, in words for a person."""
    keys = {key(heading) for heading in headings}
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
