"""Workbooks written part by part, as no program for tables writes them: bombs, rows and cells out of order."""

import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "workbook": "sheet.main",
    "worksheets/sheet1": "worksheet",
    "styles": "styles",
    "sharedStrings": "sharedStrings",
}
SHEET = '<sheet name="S" sheetId="1" r:id="r1"/>'
HEAD = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
ROW = '<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>3</v></c></row>'
FORMATS = "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>"
TEXTS = "<si><t>id</t></si><si><t>x</t></si>"


def repeated(start, block, n, end):
    """A part of `n` equal blocks, in pieces."""
    yield start
    for _ in range(n // 1_000_000):
        yield block * 1_000_000
    yield block * (n % 1_000_000) + end


def sheet(rows, after=""):
    """Worksheet of the header and these rows; a text, or pieces of one."""
    start, end = f'<worksheet xmlns="{MAIN}"><sheetData>{HEAD}', f"</sheetData>{after}</worksheet>"
    return [start, *([rows] if isinstance(rows, str) else rows), end]


def styles(formats="<xf/>", n=1):
    """Styles with `n` formats of cells."""
    return repeated(f'<styleSheet xmlns="{MAIN}">{FORMATS}<cellXfs>', formats, n, "</cellXfs></styleSheet>")


def strings(block="", n=0, end=""):
    """Texts of cells: those of the header, and `n` more."""
    return repeated(f'<sst xmlns="{MAIN}">{TEXTS}', block, n, f"{end}</sst>")


def book(path, rows=ROW, after="", formats=None, texts=None, start=""):
    """Write a workbook of these parts."""
    main = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{SHEET}</sheets></workbook>'
    kinds = "".join(f'<Override PartName="/xl/{k}.xml" ContentType="{KIND}.{PARTS[k]}+xml"/>' for k in PARTS)
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    parts = {
        "[Content_Types].xml": [f'<Types xmlns="{PACKAGE}/content-types">{rels}{kinds}</Types>'],
        "_rels/.rels": [related("officeDocument", "xl/workbook.xml")],
        "xl/workbook.xml": [main],
        "xl/_rels/workbook.xml.rels": [related("worksheet", "worksheets/sheet1.xml")],
        "xl/worksheets/sheet1.xml": [start, *sheet(rows, after)],
        "xl/styles.xml": formats or styles(),
        "xl/sharedStrings.xml": texts or strings(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, pieces in parts.items():
            with archive.open(name, "w") as part:
                for piece in pieces:
                    part.write(piece.encode())
    return path


def related(kind, target):
    """Which part another refers to."""
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/{kind}" '
        f'Target="{target}"/></Relationships>'
    )
