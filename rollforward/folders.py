"""The folder of this project, and the folder where its commands keep their files."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
# Relative to the project: the environments of the demo, the tests and the benchmarks.
EXAMPLE_ENVIRONMENTS = Path("examples/environments")
# Relative to the folder that a command runs in.
WORK = Path(".local")
