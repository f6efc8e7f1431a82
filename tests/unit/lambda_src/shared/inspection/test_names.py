"""Names that GNU tar or Python cannot unpack are refused."""

import tarfile

import pytest

from lambda_src.shared.inspection import paths
from tests.unit.lambda_src.memory import memory_below
from tests.unit.lambda_src.shared.archives import CODE, packed, tar_of, tar_with
from tests.unit.lambda_src.shared.inspection.inspected import END, check, entry, header, refusal

FOLDER, FILE = tarfile.DIRTYPE, tarfile.REGTYPE


@pytest.mark.parametrize(
    ("fits", "too_long"),
    [
        ("n" * 255, "n" * 256),
        ("é" * 127, "é" * 128),
        ("f" * 255 + "/x", "f" * 256 + "/x"),
        (("f" * 199 + "/") * 19 + "n" * 200, ("f" * 199 + "/") * 19 + "n" * 201),
    ],
    ids=["a file", "bytes, not characters", "a folder", "a path"],
)
def test_a_name_longer_than_linux_allows_is_refused(fits: str, too_long: str) -> None:
    check(packed(tar_of({CODE: b"", fits: b""})))
    reason = refusal(packed(tar_of({CODE: b"", too_long: b""})))
    assert "is too long to be unpacked" in reason
    assert "255 bytes" in reason


def test_folders_deeper_than_python_unpacks_are_refused() -> None:
    check(packed(tar_of({CODE: b"", "d/" * 99 + "f": b""})))
    assert "more than 100 folders deep" in refusal(
        packed(tar_of({CODE: b"", "d/" * 100 + "f": b""}))
    )


@pytest.mark.parametrize(
    "entries",
    [
        [("a", FILE), ("a", FOLDER)],
        [("a", FOLDER), ("./a", FILE)],
        [("a", FILE), ("a/b", FILE)],
        [("a/b/c", FILE), ("a//b", FILE)],
        [("a", FILE), ("b", FILE), ("a/b/c/d", FOLDER)],
        [("code", FILE)],
        [(".", FILE)],
    ],
)
def test_a_file_and_a_folder_of_one_name_are_refused(entries: list[tuple[str, bytes]]) -> None:
    members = [(entry(CODE), b""), *((entry(name, kind), b"") for name, kind in entries)]
    assert "a file and a folder of one name" in refusal(packed(tar_with(members)))


def test_a_name_that_comes_twice_passes() -> None:
    twice = [(entry(name, kind), b"") for name, kind in [("a", FOLDER), ("a/b", FILE)] * 2]
    check(packed(tar_with([(entry(CODE), b""), *twice])))


def test_a_file_with_the_name_of_a_folder_is_refused() -> None:
    reason = refusal(packed(header("a/", 0, tarfile.CONTTYPE) + header(CODE, 0) + END))
    assert "'a/' is a file with the name of a folder" in reason


def test_folders_that_are_only_implied_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "MAX_FOLDERS", 10)
    check(packed(tar_of({CODE: b"", "a/b/c/d/e/f/g/h/i": b""})))
    assert "more than 10 folders" in refusal(
        packed(tar_of({CODE: b"", "a/b/c/d/e/f/g/h/i/j": b""}))
    )


def test_many_long_names_take_little_memory() -> None:
    long = ("f" * 199 + "/") * 19
    tar = tar_of({CODE: b"", **{f"{long}{number:0199}": b"" for number in range(5_000)}})
    data = packed(tar)
    # Of 20 MB of names. Without the measuring of coverage, it is half of this limit.
    with memory_below(8 * 1024**2):
        check(data)
