"""Messages of `wizard.sources`: files that cannot be read, problems of rows, notes about a whole source."""

from wizard.messages.counting import Noun, counted
from wizard.messages.formats import comma_list, listed
from wizard.messages.row import Rows, Text, quoted
from wizard.messages.translation import N_, _, ngettext

# Files

_KINDS = {
    "picture": N_("{file} is a picture, not a table"),
    "pdf": N_("{file} is a PDF document, not a table"),
    "archive": N_("{file} is a compressed archive, not a table"),
    "database": N_("{file} is a database, not a table"),
    "numbers": N_("{file} is a Numbers document, not a table"),
    "presentation": N_("{file} is a presentation, not a table"),
    "program": N_("{file} is a program, not a table"),
    "word": N_("{file} is a text document, not a table"),
}
_ENCODINGS = {
    "utf-8": N_("UTF-8"),
    "utf-8-sig": N_("UTF-8 with BOM"),
    "utf-16": N_("UTF-16"),
    "utf-16-le": N_("UTF-16 without BOM"),
    "utf-16-be": N_("UTF-16 without BOM"),
    "utf-32": N_("UTF-32"),
    "cp1250": N_("Windows-1250 (Central European)"),
    "cp1251": N_("Windows-1251 (Cyrillic)"),
    "cp1252": N_("Windows-1252"),
    "cp1253": N_("Windows-1253 (Greek)"),
    "cp1254": N_("Windows-1254 (Turkish)"),
    "cp1255": N_("Windows-1255 (Hebrew)"),
    "cp1256": N_("Windows-1256 (Arabic)"),
    "cp1257": N_("Windows-1257 (Baltic)"),
    "cp850": N_("DOS 850"),
    "cp852": N_("DOS 852 (Central European)"),
    "cp866": N_("DOS 866 (Cyrillic)"),
    "mac_roman": N_("Mac Roman"),
    "mac_latin2": N_("Mac Central European"),
    "koi8_r": N_("KOI8-R (Cyrillic)"),
    "cp932": N_("Shift-JIS (Japanese)"),
    "euc_jp": N_("EUC-JP (Japanese)"),
    "gb18030": N_("GB18030 (Chinese)"),
    "big5": N_("Big5 (Chinese)"),
    "cp949": N_("Windows-949 (Korean)"),
    "cp874": N_("Windows-874 (Thai)"),
}
_SEPARATORS = {
    ",": N_("{encoding}, commas"),
    ";": N_("{encoding}, semicolons"),
    "\t": N_("{encoding}, tabs"),
    "|": N_("{encoding}, vertical bars"),
}


def _encoding(codec: str) -> str:
    return _(_ENCODINGS[codec]) if codec in _ENCODINGS else codec


def _file_of_another_kind(file: str, kind: str) -> Text:
    return Text(
        _(_KINDS.get(kind, N_("{file} is not a table"))).format(file=file),
        _("Choose a .csv, .tsv, .xlsx, or .json file."),
    )


def _file_too_large(file: str, size_bytes: int, limit_bytes: int) -> Text:
    return Text(
        _("{file} is too large").format(file=file),
        _("It is {size:,} MB. The limit is {limit:,} MB. Check that it is the right file.").format(
            size=round(size_bytes / 1e6), limit=round(limit_bytes / 1e6)
        ),
    )


def _file_unreadable(file: str, reason: str) -> Text:
    return Text(
        _("{file} cannot be read").format(file=file),
        _("The system reported: {reason}.").format(reason=reason) if reason else _("The system gave no reason."),
    )


def _file_with_damaged_text(file: str, line: int, encoding: str) -> Text:
    return Text(
        _("{file} contains damaged text near line {line}").format(file=file, line=line),
        _("The file is {encoding}, but this part is not. Save it again as UTF-8.").format(
            encoding=_encoding(encoding)
        ),
    )


def _workbook_too_large(file: str, limit_bytes: int) -> Text:
    return Text(
        _("{file} is too large").format(file=file),
        _("It is larger than {limit:,} MB when unpacked. Save it as CSV UTF-8.").format(
            limit=round(limit_bytes / 1e6)
        ),
    )


def _format_delimited(encoding: str, separator: str) -> Text:
    known = separator in _SEPARATORS
    text = _(_SEPARATORS[separator]) if known else _("{encoding}, separated by {separator}")
    return Text(text.format(encoding=_encoding(encoding), separator=separator))


def _format_json(encoding: str) -> Text:
    return Text(_("JSON, {encoding}").format(encoding=_encoding(encoding)))


def _sheet_chosen(sheet: str, others: tuple[str, ...]) -> Text:
    return Text(
        _("Read from the sheet {sheet}. Not read: {others}.").format(sheet=sheet, others=comma_list(others))
    )


def _readings(readings: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return "; ".join(
        _("{encoding}: {names}").format(encoding=_encoding(codec), names=comma_list(names))
        for codec, names in readings
    )


def _encoding_name(encoding: str) -> Text:
    return Text(_encoding(encoding))


def _encoding_guessed(file: str, encoding: str, names: tuple[str, ...]) -> Text:
    if not names:
        text = _("{file} is not UTF-8 and was read as {encoding}.")
    else:
        text = _("{file} is not UTF-8 and was read as {encoding}. Check that these names are correct: {names}.")
    return Text(text.format(file=file, encoding=_encoding(encoding), names=comma_list(names)))


def _encoding_unsure(
    file: str = "",
    encoding: str = "",
    readings: tuple[tuple[str, tuple[str, ...]], ...] = (),
    count: int = 0,
    before: str = "",
    after: str = "",
) -> Text:
    if count:
        return Text(
            _("{people} would get names with other letters").format(people=counted(count, Noun.PERSON)),
            _(
                "{before} would become {after}. The file may have another encoding than before. Save it as UTF-8, or choose "
                "the encoding on the Directory page."
            ).format(before=quoted(before), after=quoted(after)),
            _("The names are correct"),
            _("On the command line, use --encoding."),
        )
    return Text(
        _("The encoding of {file} is uncertain").format(file=file),
        _(
            "It is not UTF-8, and some names look wrong when read as {encoding}. Choose the encoding with correct names on "
            "the Directory page, or save the file as UTF-8. {readings}."
        ).format(encoding=_encoding(encoding), readings=_readings(readings)),
        _("The names are correct"),
        _("On the command line, use --encoding."),
    )


def _cell_too_long(file: str, line: int, limit: int) -> Text:
    advice = (
        _("A cell in line {line} has more than {limit:,} characters. Export the file without that column.")
        if line
        else _("A cell has more than {limit:,} characters. Export the file without that column.")
    )
    return Text(_("A cell of {file} is too long").format(file=file), advice.format(line=line, limit=limit))


def _headings_found_below(file: str, row: int, above: tuple[str, ...]) -> Text:
    titles = comma_list([quoted(text) for text in above if text])
    text = (
        _("The column headings of {file} are in row {row}, below {titles}.")
        if titles
        else _("The column headings of {file} are in row {row}.")
    )
    return Text(text.format(file=file, row=row, titles=titles))


def _sheet_missing(file: str, sheet: str, sheets: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no sheet {sheet}").format(file=file, sheet=sheet),
        _("This job reads that sheet. Sheets in the file: {sheets}.").format(sheets=comma_list(sheets)),
    )


def _json_without_people(file: str, names: tuple[str, ...]) -> Text:
    return Text(
        _("{file} contains no people").format(file=file),
        _(
            "The objects in its list have no user name, email address, first name, or last name. Found: "
            "{names}. Check that it is the right file."
        ).format(names=comma_list(names)),
    )


def _format_ldif(encoding: str) -> Text:
    return Text(_("LDIF, {encoding}").format(encoding=_encoding(encoding)))


def _display_name_made(count: int, line: int) -> Text:
    return Text(
        ngettext(
            "{count:,} person has no display name (line {line}). The first and last name are used.",
            "{count:,} people have no display name (the first is on line {line}). Their first and last "
            "names are used.",
            count,
        ).format(count=count, line=line)
    )


def _cells_beside_table(count: int, line: int) -> Text:
    return Text(
        ngettext(
            "{count:,} row has text outside the table (line {line}), which was not read.",
            "{count:,} rows have text outside the table (the first is on line {line}), which was not read.",
            count,
        ).format(count=count, line=line)
    )


def _type_names_left_out(count: int, heading: str) -> Text:
    title = ngettext(
        "{count:,} value in {heading} was skipped, because it is the name of a PowerShell type. "
        "Export the property with -join, for example @{{n='Phone'; e={{$_.BusinessPhones -join "
        "';'}}}}.",
        "{count:,} values in {heading} were skipped, because they are names of PowerShell types. "
        "Export the property with -join, for example @{{n='Phone'; e={{$_.BusinessPhones -join "
        "';'}}}}.",
        count,
    )
    return Text(title.format(count=count, heading=heading))


_FILES: Rows = {
    "reading-file": Text(N_("Reading {file}")),
    "file-of-another-kind": _file_of_another_kind,
    "file-without-table": Text(
        N_("{file} is not a table"),
        N_("It is neither text nor an Excel workbook. Choose a .csv, .tsv, .xlsx, or .json file."),
    ),
    "file-is-folder": Text(N_("{file} is a folder"), N_("Choose the file inside it.")),
    "file-is-schema": Text(
        N_("{file} is an exported attribute mapping, not a list of people"),
        N_("Import it on the Attributes page. Choose the file with your people here."),
    ),
    "file-is-job": Text(
        N_("{file} is a job of this program, not a list of people"), N_("Choose the file with your people.")
    ),
    "file-is-special": Text(N_("{file} is not a file"), N_("Choose a .csv, .tsv, .xlsx, or .json file.")),
    "file-is-web-page": Text(
        N_("{file} is a web page or XML, not a table"),
        N_("Some systems save web pages as .xls. Open it in Excel and save it as .xlsx or CSV UTF-8."),
    ),
    "file-too-large": _file_too_large,
    "file-not-there": Text(
        N_("{file} was not found"),
        N_("It is not in {folder}. If it was moved or renamed, choose it again."),
    ),
    "file-not-accessible": Text(
        N_("{file} cannot be opened"),
        N_(
            "Another program, such as Excel, may have it open, or you may not be allowed to read it. "
            "Close it there, or choose a copy."
        ),
    ),
    "file-unreadable": _file_unreadable,
    "file-empty": Text(N_("{file} is empty"), N_("Export it again.")),
    "file-without-lines": Text(N_("{file} is empty"), N_("It contains only empty lines. Export it again.")),
    "file-ends-within-character": Text(
        N_("{file} is incomplete"),
        N_(
            "It ends in the middle of a character. It was probably not copied or saved completely. "
            "Export it again."
        ),
    ),
    "file-with-damaged-text": _file_with_damaged_text,
    "encoding-guessed": _encoding_guessed,
    "encoding-name": _encoding_name,
    "encoding-unsure": _encoding_unsure,
    "encoding-unknown-in-job": Text(
        N_("{encoding} is not a known encoding"),
        N_("The job uses it for {file}. Choose another encoding on the Directory page."),
    ),
    "line-too-long": Text(
        N_("A line of {file} is too long"),
        N_(
            "Line {line} has more than {limit:,} characters. A table has one line for each person. "
            "Export it again with fewer columns."
        ),
    ),
    "cell-too-long": _cell_too_long,
    "too-many-columns": Text(
        N_("{file} has too many columns"),
        N_("Files can have up to {limit:,} columns. Export it again with fewer columns."),
    ),
    "too-many-rows": Text(
        N_("{file} has too many rows"),
        N_("Files can have up to {limit:,} rows. Split it, or export fewer people."),
    ),
    "workbook-with-too-much-text": Text(
        N_("{file} contains too much text"),
        N_("Workbooks can have up to {limit:,} characters. Export it with fewer columns."),
    ),
    "file-beyond-memory": Text(
        N_("There is not enough memory to read the file"),
        N_("Export it with fewer columns or people, or close other programs."),
    ),
    "too-many-cells": Text(
        N_("{file} has too many cells"),
        N_("A sheet can have up to {limit:,} cells. Save it as CSV UTF-8."),
    ),
    "heading-row-empty": Text(
        N_("{file} has no column headings in row {row}"),
        N_("The row is empty or does not exist. Choose another row on the Directory page."),
    ),
    "headings-found-below": _headings_found_below,
    "sheet-missing": _sheet_missing,
    "workbook-binary": Text(
        N_("{file} is a binary workbook (.xlsb)"),
        N_("Open it in Excel and save it as .xlsx or CSV UTF-8."),
    ),
    "json-without-people": _json_without_people,
    "ldif-broken": Text(
        N_("{file} is not valid LDIF"),
        N_("Line {line} is not an attribute with a value. Export it again."),
    ),
    "format-ldif": _format_ldif,
    "display-name-made": _display_name_made,
    "cells-beside-table": _cells_beside_table,
    "ldif-members-cut": Text(
        N_("{file} contains only some members of a group"),
        N_(
            "On line {line}, the list of {attribute} is incomplete, because the server limits it. Export "
            "the file again with ldifde or csvde, or with all values."
        ),
    ),
    "entries-not-people": Text(N_("{count:,} entries of class {kind} are not people and were skipped.")),
    "long-values-left-out": Text(
        N_("{count:,} values in {heading} are photos or other long data and were skipped.")
    ),
    "type-names-left-out": _type_names_left_out,
    "remark-row-left-out": Text(N_("Line {line} contains a single text ({text}) and was skipped.")),
    "formula-without-value": Text(
        N_(
            "The cell in {heading} is a formula without a saved value, so this person stays unchanged. Open "
            "the file in Excel and save it, or remove the column."
        )
    ),
    "headings-missing": Text(
        N_("{file} has no column headings"),
        N_("The first line must name the columns, for example userPrincipalName,givenName,surname."),
    ),
    "quotation-mark-not-closed": Text(
        N_("{file} has an unclosed quotation mark"),
        N_(
            "The quotation mark in the row on line {line} has no closing one. Correct it, or export the "
            "file again if it was not saved completely."
        ),
    ),
    "workbook-with-password": Text(
        N_("{file} is password-protected"),
        N_("Open it in Excel, remove the password, and save it, or save it as CSV UTF-8."),
    ),
    "workbook-in-old-format": Text(
        N_("{file} is an Excel 97-2003 workbook (.xls)"),
        N_("Open it in Excel and save it as .xlsx or CSV UTF-8."),
    ),
    "workbook-without-rows": Text(N_("{file} has no rows"), N_("All sheets are empty. Export it again.")),
    "sheet-without-headings": Text(
        N_("{file} has no column headings"), N_("The first row of the sheet {sheet} must name the columns.")
    ),
    "sheet-chosen": _sheet_chosen,
    "file-is-opendocument": Text(
        N_("{file} is an OpenDocument file, not an Excel workbook"),
        N_("Save it as .xlsx or CSV UTF-8."),
    ),
    "file-is-zip-archive": Text(
        N_("{file} is a zip archive, not an Excel workbook"),
        N_("Unpack it and choose the file inside."),
    ),
    "workbook-too-large": _workbook_too_large,
    "workbook-unpacks-too-far": Text(
        N_("{file} was not read"),
        N_("It is {ratio} times as large when unpacked. The limit is {limit} times. Save it as CSV UTF-8."),
    ),
    "file-silent": Text(
        N_("{path} does not respond"),
        N_(
            "No data arrived for {seconds} seconds. If the file is on a network drive, check the "
            "connection and try again."
        ),
    ),
    "workbook-damaged": Text(
        N_("{file} is a damaged workbook"),
        N_("It was probably not copied or saved completely. Save it again in Excel."),
    ),
    "json-list-empty": Text(N_("{file} is empty"), N_("Its list contains no people. Export it again.")),
    "json-item-not-an-object": Text(
        N_("{file} is not a list of people"),
        N_("Line {line} contains a single value instead of an object with names and values."),
    ),
    "json-nested-too-deeply": Text(N_("{file} is nested too deeply"), N_("Check that it is the right file.")),
    "json-without-list": Text(
        N_("{file} contains no list"),
        N_('A file of people is a list of objects, or one object with one list in it, such as {{"value": […]}}.'),
    ),
    "json-with-several-lists": Text(
        N_("{file} contains several lists"),
        N_('A file of people is a list of objects, or one object with one list in it, such as {{"value": […]}}.'),
    ),
    "json-cut-off": Text(
        N_("{file} is incomplete"),
        N_(
            "The JSON ends at line {line}, column {column}. The file was probably not copied or saved "
            "completely. Export it again."
        ),
    ),
    "json-broken": Text(
        N_("{file} is not valid JSON"),
        N_("The error is at line {line}, column {column}. Correct it, or export the file again."),
    ),
    "format-delimited": _format_delimited,
    "format-workbook": Text(N_("Excel workbook, sheet {sheet}")),
    "format-json": _format_json,
    "format-graph": Text(N_("Microsoft Graph v1.0")),
    "export-entra": Text(N_("Entra ID, Download users")),
    "export-entra-older": Text(N_("Entra ID, Download users (older format)")),
    "export-entra-template": Text(N_("Entra ID, bulk create template")),
    "export-entra-tenant": Text(N_("Microsoft Entra ID")),
    "export-graph": Text(N_("Microsoft Graph, people as JSON")),
    "export-json": Text(N_("List of people, JSON")),
    "export-google": Text(N_("Google Workspace, Download users")),
    "export-microsoft-365": Text(N_("Microsoft 365, Export users")),
    "export-sample": Text(N_("Tidewater Instruments, a sample company")),
    "export-unknown": Text(N_("Table of people")),
}


# Columns


def _column_missing(file: str, heading: str, headings: tuple[str, ...], more: bool) -> Text:
    return Text(
        _("{file} has no column {heading}").format(file=file, heading=heading),
        _(
            "This job reads that column. Columns in the file: {headings}. If it was renamed, choose the "
            "columns again."
        ).format(headings=comma_list([*headings, "…"] if more else headings)),
    )


def _attribute_in_several_columns(file: str, count: int, attribute: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{count} columns of {file} are mapped to {attribute}").format(
            file=file, count=count, attribute=attribute
        ),
        _("These are {headings}. Keep one of them and ignore the others.").format(headings=listed(headings)),
    )


def _no_identity_column(file: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no unique ID").format(file=file),
        _(
            "It needs a column with an object ID, employee ID, or user principal name. Columns in the "
            "file: {headings}. Choose the unique ID, or export the file again."
        ).format(headings=comma_list(headings)),
    )


_COLUMNS: Rows = {
    "column-missing": _column_missing,
    "attribute-in-several-columns": _attribute_in_several_columns,
    "identity-column-repeated": Text(
        N_("{file} has {count} columns named {heading}"),
        N_("Only one column can be the unique ID. Ignore the other one, or rename it in the file."),
    ),
    "no-identity-column": _no_identity_column,
    "file-without-columns": Text(
        N_("{file} is not a table"),
        N_(
            "Its first line does not name columns. Choose a .csv, .tsv, .xlsx, .json, or .ldif file with one row for "
            "each person."
        ),
    ),
    "file-without-people": Text(
        N_("{file} has column headings but no people"),
        N_("Choose the file with your people, or export it again."),
    ),
    "no-row-usable": Text(N_("No row of {file} can be used"), N_("All {count:,} rows have errors.")),
    "tenant-without-people": Text(
        N_("No one is assigned to the enterprise application"),
        N_("Assign people or groups to it, or read everyone in the tenant."),
    ),
    "groups-column-not-read": Text(
        N_("The column {heading} was ignored, because the members file has the groups.")
    ),
    "mail-is-user-name": Text(
        N_("There is no column with user names, so {heading} is used as the user name too.")
    ),
    "passwords-not-read": Text(N_("A column with passwords was ignored. Passwords are never read.")),
    "identity-column": Text(N_("The unique ID is the column {heading}.")),
    "identity-is-user-name": Text(
        N_(
            "The unique ID is {heading}, because no column has an object ID or employee ID. A person "
            "whose user name changes is treated as a new person."
        )
    ),
}


# People


def _short_rows(count: int, line: int) -> Text:
    return Text(
        ngettext(
            "{count:,} row has fewer cells than there are columns (the first is on line {line}). The "
            "missing cells are treated as empty.",
            "{count:,} rows have fewer cells than there are columns (the first is on line {line}). The "
            "missing cells are treated as empty.",
            count,
        ).format(count=count, line=line)
    )


def _identity_repeated(identity: str, lines: tuple[int, ...]) -> Text:
    return Text(
        _("{identity} is also on line {lines}. None of these people is provisioned. Keep one of the rows.").format(
            identity=identity, lines=comma_list([str(line) for line in lines])
        )
    )


def _listed(values: tuple[tuple[str, int], ...]) -> str:
    if not values:
        return _("no value")
    shown = [(_("(empty)") if text == "(empty)" else text, count) for text, count in values]
    return comma_list([_("{value} ({count:,})").format(value=text, count=count) for text, count in shown])


def _status_column(
    heading: str, enabled: tuple[tuple[str, int], ...], disabled: tuple[tuple[str, int], ...]
) -> Text:
    return Text(
        _("The column {heading} says who is enabled. Enabled: {enabled}. Disabled: {disabled}.").format(
            heading=heading, enabled=_listed(enabled), disabled=_listed(disabled)
        )
    )


def _status_column_besides(
    heading: str, enabled: tuple[tuple[str, int], ...], disabled: tuple[tuple[str, int], ...]
) -> Text:
    return Text(
        _("The column {heading} also says who is disabled. Disabled: {disabled}.").format(
            heading=heading, disabled=_listed(disabled)
        )
    )


def _status_values_unknown(heading: str, count: int, values: tuple[str, ...]) -> Text:
    named = [_("(empty)") if value == "(empty)" else quoted(value) for value in values[:8]]
    shown = comma_list([*named, *(["…"] if len(values) > 8 else [])])
    return Text(
        ngettext(
            "{count:,} person has an unknown status in {heading} ({values}) and stays unchanged. Choose the meaning of this "
            "value on the Directory page, under Account status.",
            "{count:,} people have an unknown status in {heading} ({values}) and stay unchanged. Choose the meaning of "
            "these values on the Directory page, under Account status.",
            count,
        ).format(count=count, heading=heading, values=shown),
        command=_("On the command line, use --enabled-values."),
    )


_PEOPLE: Rows = {
    "no-people-below-headings": Text(N_("{file} has column headings but no people.")),
    "example-row-left-out": Text(N_("Line {line} is the example of the template and was skipped.")),
    "totals-row-left-out": Text(N_("Line {line} is a totals row ({text}) and was skipped.")),
    "short-rows": _short_rows,
    "row-cut-off": Text(
        N_(
            "The file ends in the middle of this row. It was probably not saved completely, so no one is "
            "treated as having left. Export it again."
        )
    ),
    "row-too-long": Text(
        N_(
            "This row has {cells} cells, but there are {headings} columns. Values that contain the "
            "separator must be in quotation marks."
        )
    ),
    "identity-empty": Text(
        N_(
            "The unique ID ({heading}) is empty or has several values. Enter it, or choose another "
            "column as the unique ID."
        )
    ),
    "identity-repeated": _identity_repeated,
    "number-shortened-by-excel": Text(
        N_(
            "Excel has shortened this number, so it may belong to several people. Format the column as "
            "text and export it again."
        )
    ),
    "status-unclear": Text(
        N_(
            "It is unknown whether this account is enabled (“{value}” in {heading}), so this person stays "
            "unchanged. Choose the meaning of this value on the Directory page, or use True or False in the "
            "file."
        )
    ),
    "status-empty": Text(
        N_(
            "It is unknown whether this account is enabled (the cell in {heading} is empty), so this person "
            "stays unchanged. Enter a value in the file, or choose the meaning of an empty cell on the "
            "Directory page."
        )
    ),
    "status-not-told": Text(
        N_(
            "Microsoft did not return whether this account is enabled (accountEnabled), so this person stays "
            "unchanged. Check that the application has permission to read accountEnabled."
        )
    ),
    "hidden-membership": Text(
        N_(
            "The members of {group} are hidden in Entra ID, so the group stays unchanged. Grant the "
            "permission Member.Read.Hidden, or make the membership visible."
        )
    ),
    "no-status-column": Text(N_("No column says who is enabled, so everyone in the file is treated as enabled.")),
    "status-column": _status_column,
    "status-column-besides": _status_column_besides,
    "status-column-empty": Text(
        N_(
            "All cells of the status column {heading} are empty, so everyone stays unchanged. Export the file "
            "again, or ignore the column."
        )
    ),
    "status-values-unknown": _status_values_unknown,
    "status-column-not-used": Text(
        N_(
            "The column {heading} may contain a status but is not used as one. If it says who has left, "
            "map it to accountEnabled and choose the meaning of its values."
        )
    ),
    "excel-error-left-out": Text(N_("Excel shows the error {error} in this cell. The value was skipped.")),
    "own-manager": Text(
        N_("This person is their own manager in the directory and is provisioned without a manager.")
    ),
    "manager-ambiguous": Text(
        N_("{manager} matches several people, so this person is provisioned without a manager.")
    ),
    "manager-not-in-file": Text(
        N_("The manager {manager} is not in the file, so this person is provisioned without a manager.")
    ),
}


# Groups


def _group_spelled_differently(spellings: tuple[str, ...], name: str) -> Text:
    return Text(
        _("{spellings} are treated as one group, named {name}.").format(spellings=comma_list(spellings), name=name)
    )


def _members_file_without_group(file: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no column named group").format(file=file),
        _("The first line must be group,member. Columns in the file: {headings}.").format(
            headings=comma_list(headings)
        ),
    )


def _members_file_without_member(file: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no column named member").format(file=file),
        _(
            "The first line must be group,member. The column member contains user principal names or "
            "IDs. Columns in the file: {headings}."
        ).format(headings=comma_list(headings)),
    )


_GROUPS: Rows = {
    "group-spelled-differently": _group_spelled_differently,
    "commas-in-group-names": Text(
        N_(
            "In the column {heading}, commas are treated as part of a group name. If they separate "
            "groups, use semicolons instead."
        )
    ),
    "member-of-another-kind": Text(
        N_("{member} is a {kind}, not a person, and was not added to the group {group}.")
    ),
    "member-ambiguous": Text(N_("{member} matches several people, so no one was added to the group {group}.")),
    "member-with-row-problem": Text(
        N_("The row of {member} has an error, so this person was not added to the group {group}.")
    ),
    "member-not-in-file": Text(
        N_("{member} is not in the file with people and was not added to the group {group}.")
    ),
    "members-file-of-one-group": Text(
        N_("{file} has no group names. All its members were added to one group, named {group} after the file.")
    ),
    "members-file-without-group": _members_file_without_group,
    "members-file-without-member": _members_file_without_member,
    "members-row-cut-off": Text(
        N_(
            "{file} ends in the middle of this row. It was probably not saved completely, so no one is "
            "treated as having left. Export it again."
        )
    ),
    "members-row-without-group": Text(N_("This row of {file} has no group and was skipped.")),
}

_CHOICE: Rows = {
    "no-people-file-chosen": Text(N_("No file with people is chosen"), N_("Choose it on the Directory page.")),
    "no-directory-chosen": Text(
        N_("No source is chosen"), N_("Choose where your people come from on the Plan page.")
    ),
    "no-application-chosen": Text(
        N_("No enterprise application is chosen"),
        N_("Choose one on the Directory page. Only people and groups assigned to it are provisioned."),
    ),
    "entra-changes-expired": Text(
        N_("Microsoft no longer has the changes since the last run, so everything was read again.")
    ),
    "entra-groups-not-security": Text(
        N_("{count:,} groups are not security groups. Entra ID does not provision them.")
    ),
    "entra-nested-groups-not-expanded": Text(
        N_("Nested groups are not expanded. Only direct members are provisioned, as in Entra ID.")
    ),
}

ROWS: Rows = {**_FILES, **_COLUMNS, **_PEOPLE, **_GROUPS, **_CHOICE}
