"""Who is enabled: the columns that say so, the sense of each, and the meaning of its values.

Nothing unknown ever means enabled: neither an unknown word, nor an empty cell, nor a formula without a stored value.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from wizard.directory import StatusColumn, StatusValue
from wizard.entra_names import spelling_key
from wizard.errors import Message
from wizard.names import composed
from wizard.sources.table import Cell, Row

EMPTY = "(empty)"
"""How a person writes the empty cell among the values of a status column."""
NO_VALUE = "(none)"
"""Among the values that mean disabled: there is none, and a value that is not listed is not known."""
_SHOWN = 40
"""Distinct values of a status column that are counted by name."""


# Headings


def _keys(spellings: str) -> frozenset[str]:
    return frozenset(spelling_key(spelling) for spelling in spellings.split(","))


_RANKS: tuple[frozenset[str], ...] = (
    _keys("accountEnabled"),
    _keys(
        # these mean enabled
        "enabled, is enabled, user enabled, account is enabled, active, is active, isActive, account active, "
        "user active, activated, login enabled, sign-in enabled, sign-in allowed, active status, currently active, "
        "currently employed, active employee, active/inactive, enabled/disabled, account enabled, "
        "konto aktiv, aktiv, konto aktiviert, aktiviert, ist aktiv, benutzer aktiv, anmeldung zulässig, "
        "actif, active, compte actif, compte activé, compte activée, est actif, connexion autorisée, "
        "activo, cuenta activa, cuenta habilitada, habilitado, habilitada, está activo, inicio de sesión permitido, "
        "ativo, conta ativa, conta ativada, conta habilitada, ativado, "
        "attivo, account attivo, account abilitato, abilitato, attivato, utente attivo, "
        "actief, account ingeschakeld, account actief, ingeschakeld, is actief, "
        "有効, アカウントの有効化, アカウントが有効, 有効なアカウント, アカウント有効, 有効化済み, 在籍, "
        "активен, 账户已启用, 启用, aktywny, konto aktywne, konto aktiverat, konto aktiveret, aktivert, "
        # these mean blocked
        "block sign in, block credential, block credentials, blocked, is blocked, sign-in blocked, "
        "blocked sign-in, login blocked, account blocked, account disabled, is disabled, disabled, user disabled, "
        "login disabled, deactivated, is deactivated, inactive, is inactive, suspended, is suspended, "
        "user suspended, account suspended, archived, is archived, terminated, is terminated, deleted, is deleted, "
        "account locked by administrator, nsAccountLock, offboarded, leaver, is leaver, left the company, "
        "anmeldung blockiert, anmeldung blockieren, anmeldeinformationen blockieren, "
        "anmeldeinformationen blockiert, blockiert, konto deaktiviert, konto gesperrt, gesperrt, deaktiviert, "
        "inaktiv, archiviert, ausgeschieden, ausgetreten, gekündigt, "
        "bloquer la connexion, connexion bloquée, bloquer les informations d'identification, "
        "bloquer l'identification, bloqué, compte bloqué, compte désactivé, désactivé, inactif, suspendu, archivé, "
        "bloquer les informations d'identification de connexion, "
        "bloquear credencial, bloquear credenciales, bloquear inicio de sesión, inicio de sesión bloqueado, "
        "bloqueado, cuenta bloqueada, cuenta deshabilitada, cuenta desactivada, deshabilitado, desactivado, "
        "inactivo, suspendido, archivado, dado de baja, baja, "
        "bloquear credencial, bloquear credenciais, bloquear entrada, entrada bloqueada, início de sessão bloqueado, "
        "bloquear início de sessão, credencial bloqueada, conta bloqueada, conta desabilitada, conta desativada, "
        "desativado, inativo, suspenso, arquivado, desligado, demitido, "
        "blocca credenziali, blocca credenziale, blocca accesso, accesso bloccato, bloccato, credenziali bloccate, "
        "account bloccato, account disabilitato, disabilitato, disattivato, inattivo, sospeso, archiviato, cessato, "
        "aanmelding blokkeren, aanmelden blokkeren, aanmelding geblokkeerd, referentie blokkeren, "
        "referenties blokkeren, geblokkeerd, account geblokkeerd, account uitgeschakeld, uitgeschakeld, inactief, "
        "opgeschort, gearchiveerd, uit dienst, "
        "サインインをブロック, サインインのブロック, サインインがブロックされています, 資格情報のブロック, "
        "資格情報をブロックする, 資格情報をブロック, 無効, アカウント無効, 停止, 停止済み, 退職, 退職済み"
    )
    | _keys("userAccountControl"),
    _keys(
        "account status, user status, login status, sign-in status, sign in status, status read only, "
        "user state, account state, kontostatus, benutzerstatus, anmeldestatus, statut du compte, "
        "statut de l'utilisateur, état du compte, estado de la cuenta, estado del usuario, estado de usuario, "
        "estado da conta, status da conta, status do usuário, stato account, stato utente, stato dell'account, "
        "accountstatus, gebruikersstatus, アカウントの状態, アカウント状態, ユーザーの状態, アカウント ステータス, "
        "lifecycle status, lifecycle state"
    ),
    _keys(
        "status, statut, ステータス, 状態, 状况, 状态, статус, employee status, employee state, worker status, "
        "staff status, person status, people status, hr status, work status, "
        "mitarbeiterstatus, personalstatus, statut employé, statut de l'employé, estado del empleado, "
        "estado de empleado, estado do funcionário, situação do funcionário, stato dipendente, stato del dipendente, "
        "medewerkerstatus, status medewerker, 在籍状況, 在籍状態, 在籍区分, 社員ステータス, 従業員ステータス"
    ),
    _keys(
        "employment status, employment state, beschäftigungsstatus, arbeitsstatus, beschäftigungsverhältnis status, "
        "statut d'emploi, statut professionnel, situation d'emploi, estado laboral, situación laboral, "
        "estado de empleo, status de emprego, situação de emprego, vínculo, stato occupazionale, "
        "stato di impiego, stato lavorativo, dienstverbandstatus, status dienstverband, arbeidsstatus, "
        "雇用状況, 雇用状態, 雇用ステータス"
    ),
)
"""Headings of status columns, the most exact ones first."""
_BY_VALUES = _keys(
    "state, estado, état, stato, staat, stand, zustand, toestand, phase, stage, situation, situação, situación"
)
"""Headings of a status column or of something else: their values decide."""
_REMARK = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_BRACKET = re.compile(r"\[([^\]]*)\]")
_ACCENTS = re.compile("[\u0300-\u036f]")

_INVERSE = re.compile(
    r"block|bloqu|blocc|blokk|blokeer|sperr|disabl|deshabilit|desabilit|disabilit|deaktiv|deactiv|desactiv|desativ"
    r"|disattiv|inacti[vf]|inaktiv|inativ|inattiv|inactief|suspend|suspens|suspendu|sospes|opgeschort|archiv|archief"
    r"|terminat|delet|gelosch|supprim|elimina|removed|revoked|expired|retired|resigned|departed|dismissed|offboard|no longer"
    r"|leaver|\bleft\b|former|\bgone\b|quit\b|ausgeschied|ausgetret|austritt|gekundig|entlass|sorti\b|licenci|demission|despedid"
    r"|\bbaja\b|desligad|demitid|cessat|cesad|licenziat|dimess|uitgeschakeld|uit dienst|lock|ended"
    r"|(?:\bnot|\bnon|\bnicht|\bniet|\bno|\bnao)[\s_-]+(?:a[ck]ti[vf]|ativ|attiv|actief|enabl|employ|habilit|abilit)\w*"
    r"|無効|停止|退職|離職|离职|ブロック|削除|凍結|禁用|アーカイブ|блок|уволен|неактив|nieaktyw|zablok",
)
_POSITIVE = re.compile(
    r"enabl|acti[vf]|aktiv|attiv|ativ|habilit|abilit|allow|zulassig|zugelassen|freigegeben|autoris|permit|actief"
    r"|ingeschakeld|employed|working|current|有効|在籍|在職|許可|アクティブ|启用|актив|aktyw"
)
_LOOKS = re.compile(
    r"\bstatus|status\b|\bstatut|\bestado\b|\bstato\b|situac|ステータス|状態|在籍|статус|enabled|\bactive|\baktiv|\bactif|\bactivo"
    r"|\bativo|\battivo|\bactief|habilitad|suspend|sospes|blocked|blockiert|block sign|block cred|bloqu[ea]|blocca"
    r"|geblok|gesperrt|terminat|archived|disabled|deaktiv|deactiv|desactiv|desativ|disattiv|inacti[vf]|inaktiv|inativ"
    r"|inattiv|leaver|leaving|\bleft\b|offboard|last (?:working )?day|\bcontract end|end of contract|vertragsende|kundig"
    r"|fin de contrat|fine contratto|(?:employment|contract|exit) (?:end )?date"
    r"|\bend date|end of employment|austritt|ausgeschied|date de sortie|fecha de baja|\bbaja\b|cessazione|cessat"
    r"|desligamento|demissao|uit dienst|datum uitdienst|退社|退職|離職|無効|停止|уволен"
)
_NOT_ABOUT_IT = re.compile(
    r"mari|famil|civil|invitation|external ?user|consent|legal ?age|reactiv|directory|lock ?out time|password|licen[sc]e"
    r"|activation|interactive|proactive|on ?prem|sync|visa\b|tax|sign ?in activity|residen"
    r"|\bmfa\b|factor|\bsso\b|mail|phone|\bvpn\b|device|feature|token|calendar|forward|manager|parking|order|project"
)


def _plain(text: str) -> str:
    """Lower case, without the accents of Latin letters; capitals inside begin a word."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", spaced.casefold()))
    return unicodedata.normalize("NFC", bare).replace("_", " ")


def rank_of(heading: str) -> int | None:
    """How exactly a heading names a status column, 0 = most; None = it names none, or only its values could tell."""
    for text in (*_BRACKET.findall(heading), _REMARK.sub("", heading), heading):
        key = spelling_key(text)
        for rank, known in enumerate(_RANKS):
            if key in known:
                return rank
    return None


def is_inverse(heading: str) -> bool:
    """Whether "yes" under this heading means blocked."""
    plain = _plain(heading)
    return bool(_INVERSE.search(plain)) and not _POSITIVE.search(_INVERSE.sub(" ", _REMARK.sub(" ", plain)))


def is_two_sided(heading: str) -> bool:
    """Whether a heading names both senses ("Active/Inactive"), so that "yes" under it says nothing."""
    plain = _REMARK.sub(" ", _plain(heading))
    return bool(_INVERSE.search(plain)) and bool(_POSITIVE.search(_INVERSE.sub(" ", plain)))


def looks_like_status(heading: str) -> bool:
    """Whether a heading may say who is enabled or who has left, though it is not recognised."""
    plain = _plain(heading)
    return bool(_LOOKS.search(plain)) and not _NOT_ABOUT_IT.search(plain)


# Values


def _words(texts: str) -> frozenset[str]:
    return frozenset(_word(text) for text in texts.split(","))


def _word(text: str) -> str:
    return " ".join(
        re.split(r"[\s_\-./]+", _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold())))
    ).strip()


_YES = _words(
    "true, yes, 1, y, on, ja, oui, sí, si, sim, да, wahr, vrai, verdadero, verdadeiro, vero, waar, はい, 真, 是, "
    "tak, evet, verdadera, verdadeira, vera"
)
_NO = _words(
    "false, no, 0, n, off, nein, non, não, нет, falsch, faux, falso, onwaar, nee, いいえ, 偽, 否, nie, nej, hayır, "
    "falsa, fausse"
)
_ACTIVE = _words(
    "active, enabled, activated, employed, current, currently employed, working, provisioned, recovery, "
    "password expired, allowed, sign in allowed, unblocked, full time, part time, fulltime, parttime, permanent, "
    "temporary, contractor, intern, probation, regular, hired, in service, good standing, "
    "aktiv, aktiviert, freigegeben, zugelassen, zulässig, anmeldung zulässig, anmeldung zugelassen, beschäftigt, "
    "angestellt, vollzeit, teilzeit, befristet, unbefristet, im dienst, probezeit, nicht blockiert, nicht gesperrt, "
    "actif, active, activé, activée, autorisé, connexion autorisée, en poste, en activité, employé, cdi, cdd, "
    "temps plein, temps partiel, présent, "
    "activo, activa, habilitado, habilitada, alta, de alta, en activo, en alta, vigente, permitido, tiempo completo, "
    "inicio de sesión permitido, empleado, contratado, "
    "ativo, ativa, ativado, habilitado, trabalhando, em atividade, permitido, efetivo, "
    "attivo, attiva, attivato, abilitato, abilitata, in servizio, in forza, consentito, assunto, "
    "actief, ingeschakeld, in dienst, toegestaan, werkzaam, "
    "有効, アクティブ, 在籍, 在籍中, 在職, 在職中, 許可, 正社員, 勤務中, 就業中, 活性, "
    "активен, активный, работает, включен, 在职, 启用, 已启用, 正常, aktywny, aktywne, aktywna, zatrudniony, "
    "aktivní, aktív, aktif, aktiverad, aktiveret"
)
_GONE = _words(
    "inactive, disabled, suspended, archived, terminated, deprovisioned, staged, blocked, sign in blocked, deactivated, "
    "deleted, left, leaver, former, former employee, resigned, retired, revoked, expired, dismissed, departed, "
    "not active, not enabled, not employed, removed, closed, ended, quit, offboarded, ex employee, separated, "
    "laid off, deceased, no longer employed, fired, "
    "inaktiv, deaktiviert, gesperrt, blockiert, anmeldung blockiert, anmeldung gesperrt, ausgeschieden, ausgetreten, "
    "gekündigt, archiviert, ehemalig, ehemaliger, ehemalige, gelöscht, im ruhestand, pensioniert, entlassen, "
    "nicht aktiv, "
    "inactif, inactive, désactivé, désactivée, bloqué, bloquée, connexion bloquée, suspendu, suspendue, sorti, sortie, "
    "parti, partie, archivé, archivée, licencié, licenciée, démissionné, démissionnaire, retraité, supprimé, ancien, "
    "inactivo, inactiva, desactivado, desactivada, deshabilitado, deshabilitada, bloqueado, bloqueada, suspendido, "
    "suspendida, baja, de baja, dado de baja, archivado, archivada, despedido, despedida, jubilado, cesado, cesada, "
    "eliminado, inicio de sesión bloqueado, "
    "inativo, inativa, desativado, desativada, desabilitado, suspenso, suspensa, desligado, desligada, demitido, "
    "demitida, arquivado, aposentado, excluído, "
    "inattivo, inattiva, disattivato, disattivata, disabilitato, disabilitata, bloccato, bloccata, sospeso, sospesa, "
    "cessato, cessata, licenziato, licenziata, archiviato, archiviata, dimesso, dimessa, dimissionario, "
    "inactief, uitgeschakeld, geblokkeerd, opgeschort, geschorst, uit dienst, gearchiveerd, ontslagen, verwijderd, "
    "無効, 停止, 停止中, 停止済み, 退職, 退職済み, 退職者, 離職, ブロック, ブロック済み, アーカイブ, アーカイブ済み, "
    "凍結, 削除, 削除済み, 非アクティブ, 休止, "
    "неактивен, неактивный, уволен, заблокирован, отключен, 离职, 禁用, 已禁用, 停用, 已停用, nieaktywny, nieaktywne, "
    "zwolniony, zablokowany, neaktivní, pasif"
)
_ABOUT_THE_SWITCH = _words("enabled, disabled, active, activated, inactive, not active, on, off")
"""Words that say nothing under an inverse heading: "Blocked: Enabled" may mean either."""
_STATUS_WORD = re.compile(r"stat(?:us|e|ut|o)\b|estado|situac")
_FLAGS_KEY = spelling_key("userAccountControl")
_ACCOUNT_DISABLED = 0x2


def _of_flags(text: str) -> bool | None:
    """The bit ACCOUNTDISABLE of Active Directory's `userAccountControl`."""
    number = re.match(r"\s*(0x[0-9a-f]{1,8}|\d{1,10})\b", text, re.IGNORECASE)
    return (
        not int(number[1], 0 if number[1][:2].casefold() == "0x" else 10) & _ACCOUNT_DISABLED if number else None
    )


def meaning(text: str, heading: str) -> bool | None:
    """Whether a value under this heading means enabled; None = not known."""
    if spelling_key(_REMARK.sub("", heading)) == _FLAGS_KEY:
        return _of_flags(text)
    word = _word(text)
    inverse, two_sided = is_inverse(heading), is_two_sided(heading)
    if len(word) == 1 and word.isascii() and _STATUS_WORD.search(_plain(heading)):
        return None  # a code: "T" under "Employee status" is no "true", and 1 may be anything
    if word in _YES or word in _NO:
        return None if two_sided else (word in _YES) != inverse
    if inverse and word in _ABOUT_THE_SWITCH:
        return None
    return True if word in _ACTIVE else False if word in _GONE else None


def says_status(values: Iterable[str]) -> bool:
    """Whether all values are words for people who are active or gone; False without a value."""
    words = {_word(value) for value in values if value.strip()}
    return bool(words) and words <= _ACTIVE | _GONE


# The columns of a file


@dataclass(frozen=True, slots=True)
class StatusRules:
    """Which columns say who is enabled, and what their values mean where a person said so."""

    places: tuple[int, ...] = ()
    """The first decides; the others can only disable."""
    headings: tuple[str, ...] = ()
    enabled_values: tuple[str, ...] = ()
    """Chosen by a person, for the first column; without `disabled_values` every other value means disabled."""
    disabled_values: tuple[str, ...] = ()

    def meaning(self, number: int, text: str) -> bool | None:
        """Whether a value of column `number` means enabled; None = not known."""
        heading = self.headings[number]
        if number == 0 and (self.enabled_values or self.disabled_values):
            word = _word(text) if text.strip() else ""
            if word in map(_chosen_word, self.enabled_values):
                return True
            if word in map(_chosen_word, self.disabled_values):
                return False
            if word and self.enabled_values and not self.disabled_values:
                return False
        return meaning(text, heading) if text.strip() else None


def _chosen_word(text: str) -> str:
    return "" if text.strip().casefold() in ("", EMPTY) else _word(composed(text))


def status_places(
    headings: Sequence[str],
    attributes: Sequence[str],
    by_hand: Sequence[int],
    left: Sequence[int],
    rows: Iterable[Row],
) -> tuple[int, ...]:
    """The columns that say who is enabled, the deciding one first.

    `by_hand`: columns chosen for it; `left`: columns chosen for something else, or not to be read; `rows`: the first
    rows, for headings whose values must decide.
    """
    if by_hand:
        return tuple(by_hand)
    found = [(rank, place) for place, heading in enumerate(headings) if (rank := rank_of(heading)) is not None]
    doubtful = [
        at for at, heading in enumerate(headings) if spelling_key(heading) in _BY_VALUES and at not in left
    ]
    similar = [at for at, heading in enumerate(headings) if looks_like_status(heading) and at not in left]
    if doubtful or (similar and not found):
        opening = list(rows)
        texts = {at: _texts(opening, at) for at in (*doubtful, *similar)}
        found += [(len(_RANKS), at) for at in doubtful if says_status(texts[at])]
        if not found:  # a heading that only resembles one counts where each of its values has a meaning
            found = [
                (0, at) for at in similar if texts[at] and all(map(partial(_is_known, headings[at]), texts[at]))
            ]
    return tuple(place for _, place in sorted(found) if place not in left and attributes[place] != "")


def _texts(rows: Iterable[Row], place: int) -> tuple[str, ...]:
    """The values of a column, without empty cells."""
    cells = (_cell(row.cells, place) for row in rows)
    return tuple(dict.fromkeys(cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()))


def _is_known(heading: str, text: str) -> bool:
    return meaning(text, heading) is not None


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else ""


@dataclass(slots=True)
class StatusReader:
    """Reads the status columns of rows and counts their values."""

    rules: StatusRules
    _counts: list[Counter[str]] = field(default_factory=list)
    _known: list[dict[str, bool | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._counts = [Counter() for _ in self.rules.places]
        self._known = [{} for _ in self.rules.places]

    def read(self, cells: Sequence[Cell]) -> tuple[bool | None, str, str]:
        """(enabled, heading, value) of a row; None = not known. A file without a status column enables everybody."""
        answer: tuple[bool | None, str, str] = (True, "", "")
        for number, place in enumerate(self.rules.places):
            cell = _cell(cells, place)
            text = cell.strip() if isinstance(cell, str) else ", ".join(cell)
            enabled = self._meaning(number, text)
            if enabled is False:
                answer = (False, "", "")
            elif number == 0 and enabled is None:
                answer = (None, self.rules.headings[0], text)
        return answer

    def _meaning(self, number: int, text: str) -> bool | None:
        counts, known = self._counts[number], self._known[number]
        if text in known:
            counts[text] += 1
            return known[text]
        enabled = self.rules.meaning(number, text)
        if len(known) < _SHOWN:
            known[text] = enabled
            counts[text] = 1
        return enabled

    def columns(self) -> tuple[StatusColumn, ...]:
        """The status columns with their values and what each means, the most frequent first."""
        return tuple(
            StatusColumn(
                heading,
                tuple(StatusValue(text, count, known[text]) for text, count in counts.most_common()),
                decides=number == 0,
            )
            for number, (heading, counts, known) in enumerate(
                zip(self.rules.headings, self._counts, self._known, strict=True)
            )
        )

    def notes(self) -> list[Message]:
        """What a person should know about who counts as enabled."""
        columns = self.columns()
        if not columns:
            return [Message("no-status-column")]
        first = columns[0]
        notes: list[Message] = []
        if rank_of(first.heading) != 0 or len(columns) > 1:
            notes += [_told(column) for column in columns if any(value.text for value in column.values)]
        unknown = [value for value in first.values if value.enabled is None]
        if unknown and all(not value.text for value in first.values):
            notes.append(Message("status-column-empty", heading=first.heading))
        elif unknown:
            count = sum(value.count for value in unknown)
            texts = tuple(value.text or EMPTY for value in unknown)
            notes.append(Message("status-values-unknown", heading=first.heading, count=count, values=texts))
        return notes


def _told(column: StatusColumn) -> Message:
    return Message(
        "status-column" if column.decides else "status-column-besides",
        heading=column.heading,
        enabled=_counted(column, True),
        disabled=_counted(column, False),
    )


def _counted(column: StatusColumn, enabled: bool) -> tuple[tuple[str, int], ...]:
    return tuple((value.text or EMPTY, value.count) for value in column.values if value.enabled is enabled)[:8]
