"""`python -m rollforward.demo.recording PICTURE`: play the demo, and write what it prints as an SVG."""

import re
import sys
from pathlib import Path

from rollforward.console import err
from rollforward.demo.play import play
from rollforward.folders import WORK

COLUMNS = 120
# Rich names a web font. Without it, the picture loads nothing, and the reader's monospaced font is used.
WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def record(picture: Path) -> None:
    """Longer lines are cut. Exits with code 1, and writes no picture, if a step of the demo fails."""
    err.record, err.width = True, COLUMNS
    result = play(WORK / "recording", quiet=True)
    if not result.succeeded:
        sys.exit(1)
    # The same `id` each time, so that a new picture differs only where the demo does.
    svg = err.export_svg(title="make demo", unique_id="demo")
    picture.write_text(WEB_FONT.sub("", svg), "utf-8")


if __name__ == "__main__":
    record(Path(sys.argv[1]))
