"""Plots a metric over versions, with characters."""

from collections.abc import Sequence

WIDTH, HEIGHT = 80, 16
MAX_TICKS = 12


def draw(metric: str, points: Sequence[tuple[int, float]]) -> str:
    """The plot as text. `points` are (version number, value), in the order of versions."""
    import plotext  # slow to import

    numbers, values = [number for number, _ in points], [value for _, value in points]
    plotext.clear_figure()
    plotext.plot(numbers, values, marker="braille")
    plotext.scatter(numbers, values, marker="●")
    plotext.title(metric)
    plotext.xlabel("version")
    plotext.xticks(numbers[:: -(-len(numbers) // MAX_TICKS)])
    plotext.plotsize(WIDTH, HEIGHT)
    picture: str = plotext.uncolorize(plotext.build())
    return "\n".join(line.rstrip() for line in picture.splitlines())
