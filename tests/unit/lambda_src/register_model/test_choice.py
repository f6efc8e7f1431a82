from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.choice import choose, pinned_versions
from lambda_src.shared.pinned_key import PinnedKey
from lambda_src.shared.registry import Approval, RegisteredVersion
from lambda_src.shared.s3_url import S3Url


def key(hour: int) -> PinnedKey:
    pinned = PinnedKey.parse(f"registered/m/20260131T{hour:02}0000Z-v-00000000/model.tar.gz")
    assert pinned
    return pinned


versions = st.lists(st.tuples(st.integers(0, 9).map(key), st.sampled_from(Approval)))


@given(versions, st.integers(1, 6), st.randoms())
def test_the_order_in_which_versions_are_listed_does_not_matter(
    listed: list[tuple[PinnedKey, Approval]], keep: int, random: object
) -> None:
    shuffled = listed.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(listed, keep) == choose(shuffled, keep)


@given(versions, st.integers(1, 6))
def test_the_registered_model_is_the_newest_approved_and_never_rejected(
    listed: list[tuple[PinnedKey, Approval]], keep: int
) -> None:
    rejected = {pinned for pinned, approval in listed if approval == Approval.REJECTED}
    approved = {pinned for pinned, approval in listed if approval == Approval.APPROVED}
    assert choose(listed, keep).registered == max(approved - rejected, default=None)


@given(versions, st.integers(1, 6))
def test_recent_has_the_registered_model_first_and_then_the_newest(
    listed: list[tuple[PinnedKey, Approval]], keep: int
) -> None:
    choice = choose(listed, keep)
    known = {pinned for pinned, _ in listed}
    assert len(choice.recent) == min(keep, len(known))
    others = choice.recent
    if choice.registered:
        assert choice.recent[0] == choice.registered
        known -= {choice.registered}
        others = choice.recent[1:]
    assert list(others) == sorted(known, reverse=True)[: len(others)]


def test_a_rejected_version_makes_way_but_stays_recent() -> None:
    choice = choose([(key(1), Approval.APPROVED), (key(2), Approval.REJECTED)], keep=5)
    assert choice.registered == key(1)
    assert choice.recent == (key(1), key(2))


def test_a_late_duplicate_does_not_approve_a_rejected_version() -> None:
    listed = [
        (key(1), Approval.APPROVED),
        (key(2), Approval.REJECTED),
        (key(2), Approval.APPROVED),
    ]
    assert choose(listed, keep=5).registered == key(1)


def test_the_registered_model_is_recent_however_old() -> None:
    listed = [(key(hour), Approval.PENDING) for hour in range(2, 9)]
    choice = choose([*listed, (key(1), Approval.APPROVED)], keep=3)
    assert choice.recent == (key(1), key(8), key(7))


def listed_as(url: str, approval: Approval) -> RegisteredVersion:
    return RegisteredVersion("arn", 1, "Why.", S3Url.parse(url), approval)


def test_versions_that_no_registrar_pinned_here_are_passed_over() -> None:
    listed = [
        listed_as("", Approval.REJECTED),
        listed_as(f"s3://bucket/{key(1)}", Approval.APPROVED),
        listed_as(f"s3://elsewhere/{key(2)}", Approval.APPROVED),
        listed_as("s3://bucket/by/hand/model.tar.gz", Approval.APPROVED),
        listed_as(f"s3://bucket/{key(3)}".replace("/m/", "/n/"), Approval.APPROVED),
    ]
    assert pinned_versions(listed, "bucket", "m") == [(key(1), Approval.APPROVED)]
