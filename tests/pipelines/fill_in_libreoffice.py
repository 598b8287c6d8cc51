"""Runs under the Python that has LibreOffice's bridge (Debian: python3-uno), not under the project's.

Opens a workbook in LibreOffice without a screen, deletes the worked example, types texts into cells (and dates, which
are given as year-month-day), saves it as .xlsx, and prints what it saw of the sheets as JSON.
Arguments: source, target, JSON of {sheet: {cell: text}}.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

PATIENCE = 60
EXAMPLE_ROWS = {"incidents": 1, "children": 2}


def main(source, target, typed):
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"plumbline-{Path(profile).name}"
        office = start(profile, pipe)
        try:
            desktop = connect(pipe)
            seen = fill(desktop, source=source, target=target, typed=json.loads(typed))
            sys.stdout.write(json.dumps(seen))
            with suppress(DisposedException):
                desktop.terminate()
            office.wait(timeout=PATIENCE)
        finally:
            office.kill()


def start(profile, pipe):
    return subprocess.Popen(
        ["soffice", "--headless", "--norestore", "--nologo", "--nodefault",
         f"-env:UserInstallation=file://{profile}", f"--accept=pipe,name={pipe};urp;"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(PATIENCE * 10):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not start.")


def fill(desktop, *, source, target, typed):
    hidden = (PropertyValue("Hidden", 0, True, 0),)
    book = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, hidden)
    seen = {name: look(book.Sheets.getByName(name)) for name in book.Sheets.ElementNames}
    for name, cells in typed.items():
        sheet = book.Sheets.getByName(name)
        for _ in range(EXAMPLE_ROWS.get(name, 0)):
            sheet.Rows.removeByIndex(1, 1)
        for place, text in cells.items():
            cell = sheet.getCellRangeByName(place)
            as_date = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)
            cell.setFormula(text) if as_date else cell.setString(text)
    as_xlsx = (PropertyValue("FilterName", 0, "Calc MS Excel 2007 XML", 0),)
    book.storeToURL(Path(target).as_uri(), as_xlsx)
    book.close(True)
    return seen


def look(sheet):
    return {
        "protected": sheet.isProtected(),
        "header_locked": sheet.getCellRangeByName("A1").CellProtection.IsLocked,
        "below_locked": sheet.getCellRangeByName("A6").CellProtection.IsLocked,
        "validation": sheet.getCellRangeByName("D6").Validation.Type.value,
    }


main(*sys.argv[1:])
