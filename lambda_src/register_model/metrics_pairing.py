"""Which version of metrics.json belongs to which version of the archive."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from lambda_src.shared.metrics import Metrics
from lambda_src.shared.objects import ObjectVersion


def pair_metrics(
    archives: Sequence[ObjectVersion],
    metrics: Sequence[ObjectVersion],
    read: Callable[[ObjectVersion], Metrics],
) -> Iterator[tuple[str, Metrics | None]]:
    """Each version ID of the archive with the metrics that belong to it, from old to new.

    `archives` and `metrics` are the versions of both files, newest first, as S3 lists them. Metrics belong to
    the archive before them if that archive has no sound metrics yet; otherwise to the next archive. So
    metrics never move to another archive, however many versions follow.

    A version of the metrics is read only if the answer depends on it, and is not kept afterwards.
    """
    ordered = _from_old_to_new(archives)
    before, *rounds = _rounds(ordered, _from_old_to_new(metrics))
    early = _latest(before, read)
    for archive, after in zip(ordered, rounds, strict=True):
        if early and not early.problem:
            yield archive.version_id, early
        else:
            early, after = _first_sound(after, read, early)
            yield archive.version_id, early
        early = _latest(after, read)


def _from_old_to_new(versions: Sequence[ObjectVersion]) -> list[ObjectVersion]:
    """The sort is stable: versions of the same second stay in S3's order."""
    ordered = list(reversed(versions))
    ordered.sort(key=lambda version: version.second)
    return ordered


def _rounds(
    archives: Sequence[ObjectVersion], metrics: Sequence[ObjectVersion]
) -> list[list[ObjectVersion]]:
    """The metrics before the first archive, then those after each archive until the next, from old to new.

    S3 keeps time by the second; metrics of the same second as an archive count as older than the archive.
    """
    seconds = [archive.second for archive in archives]
    rounds: list[list[ObjectVersion]] = [[] for _ in range(len(archives) + 1)]
    for version in metrics:
        rounds[bisect_left(seconds, version.second)].append(version)
    return rounds


def _first_sound(
    versions: list[ObjectVersion], read: Callable[[ObjectVersion], Metrics], found: Metrics | None
) -> tuple[Metrics | None, list[ObjectVersion]]:
    """The first sound metrics and the versions after them; else the last metrics, or `found`."""
    for position, version in enumerate(versions, start=1):
        found = read(version)
        if not found.problem:
            return found, versions[position:]
    return found, []


def _latest(
    versions: list[ObjectVersion], read: Callable[[ObjectVersion], Metrics]
) -> Metrics | None:
    """The last sound metrics; else the last metrics; None if there are no versions."""
    latest: Metrics | None = None
    for version in reversed(versions):
        found = read(version)
        if not found.problem:
            return found
        latest = latest or found
    return latest
