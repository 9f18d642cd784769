"""What reading people from an Excel workbook and from CSV costs: CPU seconds and the most memory, over made-up people.

python -m tests.benchmarks.sources [xlsx ROWS COLUMNS | csv PEOPLE MEMBERSHIPS]...
A million people on request: python -m tests.benchmarks.sources csv 1000000 2000000
"""

import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import anyio

from tests.benchmarks.in_memory import peak_mib, resident_mib
from tests.company import HEADINGS, company
from wizard.progress import ignore_event
from wizard.runtime import collect_in_small_steps
from wizard.sources.catalogue import open_source

ROOT = Path(__file__).resolve().parents[2]
USUAL = (("xlsx", 20_000, 25), ("xlsx", 100_000, 25), ("csv", 200_000, 400_000))
PEOPLE_OF_A_GROUP = 200
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
SMALL_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}relationships"><Relationship Id="rId1" '
    f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def write_workbook(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """A workbook as Excel writes it: one sheet, each text once in the shared strings."""
    places: dict[str, int] = {}

    def sheet() -> Iterator[str]:
        for number, row in enumerate(rows, 1):
            cells = (
                f'<c t="s"><v>{places.setdefault(cell, len(places))}</v></c>' if cell else "<c/>" for cell in row
            )
            yield f'<row r="{number}">{"".join(cells)}</row>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, text in SMALL_PARTS.items():
            book.writestr(name, text)
        body = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{"".join(sheet())}</sheetData></worksheet>'
        book.writestr("xl/worksheets/sheet1.xml", body)
        texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in places)
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{NAMESPACE}">{texts}</sst>')


def write_xlsx(folder: Path, rows: int, columns: int) -> None:
    """People of Entra's columns, and columns of no meaning up to the number."""
    more = [f"Column {number}" for number in range(len(HEADINGS), columns)]
    people = ([*row.values()] for row in company(rows, 0, 0).people)
    filled = [[*row, *(f"{name}, {place % 500}" for name in more)] for place, row in enumerate(people)]
    write_workbook(folder / "people.xlsx", [[*HEADINGS, *more][:columns], *(row[:columns] for row in filled)])


def write_csv(folder: Path, people: int, memberships: int) -> None:
    """People and memberships, as `tests.company` writes them."""
    company(people, max(1, memberships // PEOPLE_OF_A_GROUP), memberships).write(folder)


def read(kind: str, folder: Path) -> None:
    """One reading, and what it took, as JSON on standard output."""
    collect_in_small_steps()  # as the program does
    users = folder / f"people.{kind}"
    members = folder / "members.csv"
    before, began, cpu = resident_mib(), time.perf_counter(), time.process_time()
    source = open_source("file", str(users), str(members) if members.exists() else "")
    snapshot = anyio.run(source.read, ignore_event)
    took = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": peak_mib(),
        "before": before,
        "people": len(snapshot.users),
        "memberships": sum(len(group.members) for group in snapshot.groups),
        "problems": len(snapshot.problems),
        "megabytes": sum(path.stat().st_size for path in folder.iterdir()) / 1e6,
    }
    print(json.dumps(took))


def line(kind: str, first: int, second: int) -> str:
    """A row of the table; the file is written and read by processes of their own, so that each peak is one reading's."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.sources"]
        subprocess.run([*command, "write", kind, folder, str(first), str(second)], cwd=ROOT, check=True)
        done = subprocess.run(
            [*command, "read", kind, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    took = json.loads(done.stdout.splitlines()[-1])
    what = f"xlsx, {first:,} x {second}" if kind == "xlsx" else f"CSV, {first:,} and {second:,} memberships"
    return (
        f"{what:<40} {took['people']:>9,} {took['memberships']:>11,} {took['problems']:>8,} {took['megabytes']:>7.1f} "
        f"{took['seconds']:>8.2f} {took['cpu']:>8.2f} {took['before']:>10.0f} {took['peak']:>9.0f}"
    )


def main(arguments: list[str]) -> None:
    """Print the table."""
    match arguments:
        case ["write", kind, folder, first, second]:
            (write_xlsx if kind == "xlsx" else write_csv)(Path(folder), int(first), int(second))
            return
        case ["read", kind, folder]:
            read(kind, Path(folder))
            return
    wanted = [
        (kind, int(first), int(second))
        for kind, first, second in zip(arguments[::3], arguments[1::3], arguments[2::3], strict=True)
    ]
    print(
        f"{'':<40} {'people':>9} {'memberships':>11} {'problems':>8} {'MB':>7} {'seconds':>8} {'CPU s':>8} "
        f"{'before MiB':>10} {'peak MiB':>9}"
    )
    for work in wanted or USUAL:
        print(line(*work), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
