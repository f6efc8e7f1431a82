"""What README.md and docs/ name is there: files, headings, modules and commands."""

import re
from pathlib import Path

import pytest
import typer.main

from rollforward.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOP = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
IN_A_MODEL_ARCHIVE = {"code/inference.py"}

LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[ `])rollforward ([a-z]+)(.*)$")
FLAG = re.compile(r"(?<=[ \[])--[a-z-]+")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = (heading.lower() for heading in HEADING.findall(page.read_text()))
    return {re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in headings}


def is_path(quoted: str) -> bool:
    if not re.fullmatch(r"[\w./-]+", quoted) or quoted in IN_A_MODEL_ARCHIVE:
        return False
    return quoted.endswith(".py") or ("/" in quoted and quoted.split("/")[0] in TOP)


def commands(page: Path) -> set[tuple[str, str]]:
    """(command, its arguments) of every `rollforward …` in code."""
    code = re.findall(r"```\w*\n(.*?)```", page.read_text(), re.DOTALL)
    lines = [line.split(" # ")[0] for block in code for line in block.splitlines()]
    return {
        match
        for line in [*lines, *QUOTED.findall(page.read_text())]
        for match in COMMAND.findall(line)
    }


@each_page
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{link}: no such file"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading"


@each_page
def test_every_path_of_the_repository_exists(page: Path) -> None:
    paths = [quoted for quoted in QUOTED.findall(page.read_text()) if is_path(quoted)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@each_page
def test_every_command_has_the_options_that_it_is_shown_with(page: Path) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for command, arguments in commands(page):
        assert command in known, f"rollforward {command}: no such command"
        options = {option for parameter in known[command].params for option in parameter.opts}
        assert set(FLAG.findall(arguments)) <= options | {"--help"}, (
            f"rollforward {command}{arguments}"
        )


def test_each_path_of_the_architecture_enters_a_module_once() -> None:
    _, *sections = (ROOT / "docs/architecture.md").read_text().split("## The path of ")
    assert len(sections) == 2
    for section in sections:
        steps = re.findall(r"^\d+\. \[.+?\]\((.+?)\)", section.split("\n## ")[0], re.MULTILINE)
        assert len(steps) > 5
        assert len(steps) == len(set(steps))
