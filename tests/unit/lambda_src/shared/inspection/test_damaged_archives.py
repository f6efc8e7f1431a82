"""Archives that are cut short or damaged are refused, and nothing else happens."""

import gzip
import tarfile
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from lambda_src.shared.inspection.refusal import Refusal
from tests.unit.lambda_src.shared.archives import (
    CODE,
    packed,
    sound_archive,
)
from tests.unit.lambda_src.shared.inspection.inspected import (
    END,
    SOUND_TAR,
    check,
    header,
    refusal,
)


@given(st.integers(0, len(sound_archive()) - 1))
def test_an_archive_cut_anywhere_is_refused(end: int) -> None:
    refusal(sound_archive()[:end])


@given(st.integers(0, len(SOUND_TAR.rstrip(b"\0"))))
def test_tar_data_cut_anywhere_before_its_end_mark_is_refused(end: int) -> None:
    assert "Pack the archive again" in refusal(packed(SOUND_TAR[:end]))


def test_tar_data_cut_between_members_is_refused() -> None:
    first_member = 512 + 512
    assert "its end mark is missing" in refusal(packed(SOUND_TAR[:first_member]))


@given(st.data())
def test_damaged_gzip_data_is_refused_or_still_says_the_same(data: st.DataObject) -> None:
    damaged = bytearray(packed(SOUND_TAR))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        check(bytes(damaged))
    except Refusal:
        return
    assert gzip.decompress(damaged) == SOUND_TAR


@given(st.data())
def test_damaged_tar_data_is_refused_or_passes_but_never_fails(data: st.DataObject) -> None:
    damaged = bytearray(SOUND_TAR)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refusal):
        check(packed(bytes(damaged)))


header_kinds = st.sampled_from([bytes([kind]) for kind in b"\0001234567SLKxgXVMDNA"])


@given(
    st.lists(
        st.tuples(header_kinds, st.integers(-(2**40), 2**40) | st.just(12), st.binary(max_size=600))
    )
)
def test_well_formed_headers_that_say_anything_are_refused_or_pass(
    blocks: list[tuple[bytes, int, bytes]],
) -> None:
    tar = b"".join(
        header("name", size, kind) + data + b"\0" * (-len(data) % 512)
        for kind, size, data in blocks
    )
    with suppress(Refusal):
        check(packed(tar + END))


@given(st.binary(max_size=3000))
def test_random_bytes_are_refused_packed_or_not(data: bytes) -> None:
    refusal(data)
    refusal(packed(data))
    refusal(packed(header("x", len(data), tarfile.XHDTYPE) + data))


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"").startswith("The file is empty.")


def test_what_is_not_tar_is_refused() -> None:
    assert "damaged after the beginning" in refusal(packed(b"x" * 4096))


def test_a_wrong_checksum_is_refused_though_all_data_came() -> None:
    data = bytearray(sound_archive())
    data[-8] ^= 1
    assert "incorrect data check" in refusal(bytes(data))


def test_a_wrong_length_is_refused_though_all_data_came() -> None:
    data = bytearray(sound_archive())
    data[-4] ^= 1
    assert "incorrect length check" in refusal(bytes(data))


def test_anything_behind_the_gzip_data_is_refused() -> None:
    assert "followed by something else" in refusal(sound_archive() + b"garbage")


def test_a_damaged_header_in_the_middle_is_not_taken_for_the_end() -> None:
    tar = SOUND_TAR[:1024] + b"x" * 512 + SOUND_TAR[1536:]
    assert f"damaged after '{CODE}'" in refusal(packed(tar))
