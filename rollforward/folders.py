"""Where this project lies, and where its commands keep what they make."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
# Relative to the folder that a command runs in.
WORK = Path(".local")
