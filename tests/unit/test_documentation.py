"""What README.md and docs/ name is there: files, headings, modules and commands."""

import itertools
import re
from pathlib import Path

import pytest
import typer.main

from rollforward.cli.app import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOP = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
IN_A_MODEL_ARCHIVE = {"code/inference.py"}
# The user may rename or delete what is there.
OF_THE_USER = "config/environments/"

LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[ `])rollforward ([a-z]+)(.*)$")
STEP = re.MULTILINE | re.DOTALL
FLAG = re.compile(r"(?<=[ \[])--[a-z-]+")

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = (heading.lower() for heading in HEADING.findall(page.read_text()))
    return {re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in headings}


def is_path(quoted: str) -> bool:
    if not re.fullmatch(r"[\w./-]+", quoted) or quoted in IN_A_MODEL_ARCHIVE:
        return False
    if quoted.startswith(OF_THE_USER):
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


def options(command: str) -> set[str]:
    declared = [option for parameter in COMMANDS[command].params for option in parameter.opts]
    return {"--help", *declared}


@each_page
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", link) or OF_THE_USER in link:
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


def test_the_readme_lists_every_command_with_options_that_it_has() -> None:
    table = README.split("| `rollforward …` |")[1].split("\n\n")[0]
    listed = {
        name: text for name, text in re.findall(r"`([a-z]+)([^`]*)`", table) if name in COMMANDS
    }
    assert listed.keys() == COMMANDS.keys()
    assert not [
        name for name, text in listed.items() if not set(FLAG.findall(text)) <= options(name)
    ]


def test_the_tree_of_the_readme_has_every_folder() -> None:
    tree = README.split("## The tree")[1].split("```")[1]
    top, inner = (
        set(re.findall(rf"^{indent}([\w.]+)/", tree, re.MULTILINE)) for indent in ("", "  ")
    )
    assert top <= TOP
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} <= top
    assert all(any((ROOT / folder / name).is_dir() for folder in top) for name in inner)


def test_the_decisions_are_numbered_without_gaps() -> None:
    pages = [page for page in PAGES if page.parent.name == "decisions"]
    titles = [re.match(r"# (\d+)\. ", page.read_text()) for page in pages]
    assert [title and int(title[1]) for title in titles] == list(range(1, len(pages) + 1))
    assert all(page.name.startswith(f"{number:04}-") for number, page in enumerate(pages, start=1))


@each_page
def test_every_target_of_make_exists(page: Path) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"(?:^|`)make (\w+)", page.read_text(), re.MULTILINE)) <= set(targets)


def paths_of_the_architecture() -> list[list[tuple[str, str]]]:
    """The steps of each path: the link to a module, and what the page says about it."""
    _, *sections = (ROOT / "docs/architecture.md").read_text().split("## The path of ")
    lists = (section.split("\n## ")[0] for section in sections)
    return [re.findall(r"^\d+\. \[.+?\]\((.+?)\)(.+?)\n(?=\d|\n)", each, STEP) for each in lists]


def test_each_path_of_the_architecture_enters_a_module_once() -> None:
    for steps in paths_of_the_architecture():
        modules = [module for module, _ in steps]
        assert len(modules) > 5
        assert len(modules) == len(set(modules))


def test_each_step_of_the_architecture_names_a_definition_of_its_module() -> None:
    for module, text in itertools.chain(*paths_of_the_architecture()):
        source = (ROOT / "docs" / module).read_text()
        for name in QUOTED.findall(text)[:1]:
            for part in name.split("."):
                assert re.search(rf"^ *(def|class) {part}\b", source, re.MULTILINE), (
                    f"{name}: {module}"
                )
