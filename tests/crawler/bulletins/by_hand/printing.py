"""Bulletins that other programs make of ours: pages printed by Chromium, Word files printed by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from .building import build_docx, build_page
from .describing import Description, read_all


def printed() -> list[tuple[Description, bytes]]:
    """Return the bulletins that Chromium and LibreOffice print, with their bytes."""
    descriptions = read_all()
    bodies = print_pages([each for each in descriptions if each.kind == "print"])
    bodies |= print_documents([each for each in descriptions if each.kind == "office"])
    return [(each, bodies[each.name]) for each in descriptions if each.name in bodies]


def print_pages(descriptions: list[Description]) -> dict[str, bytes]:
    """Return the pages as Chromium prints them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        printed = {}
        for description in descriptions:
            page.set_content(build_page(description).decode(description.settings.get("encoding", "utf-8")))
            printed[description.name] = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left"), "2cm"))
        browser.close()
    return printed


def print_documents(descriptions: list[Description]) -> dict[str, bytes]:
    """Return the Word files as LibreOffice prints them: by way of DOC, since it prints no links of a DOCX."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for description in descriptions:
            (folder / f"{description.stem}.docx").write_bytes(build_docx(description))
        convert(folder, "docx", "doc")
        convert(folder, "doc", "pdf")
        return {each.name: (folder / f"{each.stem}.pdf").read_bytes() for each in descriptions}


def convert(folder: Path, before: str, after: str) -> None:
    """Convert every document in a folder."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", after]
    paths = [str(path) for path in sorted(folder.glob(f"*.{before}"))]
    subprocess.run([*command, "--outdir", str(folder), *paths], check=True, capture_output=True, timeout=110)
