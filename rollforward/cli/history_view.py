"""Shows versions: one line for each, or every fact of one."""

from collections.abc import Sequence

from lambda_src.shared.registry import Approval
from rollforward.cli.console import facts
from rollforward.operations.compare import ordered
from rollforward.operations.history import Version

REGISTERED, LIVE = ">", "*"
MAX_DELIVERED = 20
_WORDS = {
    Approval.APPROVED: "approved",
    Approval.REJECTED: "rejected",
    Approval.PENDING: "waiting",
}


def version_lines(versions: Sequence[Version], leading: Sequence[str], width: int) -> list[str]:
    """A title, one line for each version, and what the marks mean; `leading` metrics come first."""
    rows = [("", "", "delivered (UTC)", "as", "verdict"), *map(_row, versions)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    starts = [_aligned(row, widths) for row in rows]
    left = width - len(starts[0]) - 2
    metrics = ["metrics", *(_metrics(one, leading, left) for one in versions)]
    marks = [
        f"{mark} {name}"
        for mark, name, is_shown in (
            (REGISTERED, "registered", any(one.is_registered for one in versions)),
            (LIVE, "live", any(one.is_live for one in versions)),
        )
        if is_shown
    ]
    lines = [f"{start}  {more}".rstrip() for start, more in zip(starts, metrics, strict=True)]
    return [*lines, *([", ".join(marks)] if marks else [])]


def version_facts(version: Version, leading: Sequence[str]) -> str:
    """Every fact of one version."""
    states = [("registered", version.is_registered), ("live", version.is_live)]
    named = {
        "delivered as": version.delivered,
        "delivered at": version.delivered_at,
        "verdict": version.verdict,
        "reason": version.reason,
        "is": ", ".join(name for name, holds in states if holds),
        "pinned copy": version.key or "none: the registrar refused the archive",
        "ARN": version.arn,
    }
    named |= {
        f"metric {name}": number_text(version.metrics[name])
        for name in ordered(version.metrics, leading)
    }
    return facts(f"version {version.number}", {name: fact for name, fact in named.items() if fact})


def number_text(value: float | None, sign: str = "") -> str:
    if value is None:
        return "—"
    return f"{value:{sign}}" if isinstance(value, int) else f"{value:{sign}.6g}"


def _row(version: Version) -> tuple[str, ...]:
    marks = (REGISTERED if version.is_registered else " ") + (LIVE if version.is_live else " ")
    name = version.delivered
    if len(name) > MAX_DELIVERED:
        name = f"{name[: MAX_DELIVERED - 1]}…"
    at = version.delivered_at.replace("T", " ")[: len("2026-01-31 12:00")]
    refused = version.verdict == Approval.REJECTED and version.key is None
    return marks, str(version.number), at, name, "refused" if refused else _WORDS[version.verdict]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    marks, number, *words = (text.ljust(width) for text, width in zip(row, widths, strict=True))
    return "  ".join([marks + " " + number.strip().rjust(widths[1]), *words])


def _metrics(version: Version, leading: Sequence[str], width: int) -> str:
    """As many metrics as fit into `width` characters, and the number of the others."""
    names = ordered(version.metrics, leading)
    texts = [f"{name} {number_text(version.metrics[name])}" for name in names]
    for count in range(len(texts), 0, -1):
        more = f", +{len(texts) - count}" if count < len(texts) else ""
        if len(line := ", ".join(texts[:count]) + more) <= width:
            return line
    return f"+{len(texts)}" if texts else ""
