"""Where this project lies, and where its commands keep what they make."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
# Relative to the project: the environments of the demo, the tests and the benchmarks.
EXAMPLE_ENVIRONMENTS = Path("examples/environments")
# Relative to the folder that a command runs in.
WORK = Path(".local")
