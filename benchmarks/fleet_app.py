"""Synthesizes an environment as main.py does. Arguments: its folder, its name, the output folder."""

import os
import sys
from pathlib import Path

from config.schema.settings import load
from main import build_app, selected_models

if __name__ == "__main__":
    folder, name, out = sys.argv[1:]
    environment = load(name, Path(folder))
    selected = selected_models(environment, os.environ.get("ROLLFORWARD_MODELS", ""))
    build_app(environment, selected=selected, outdir=out).synth()
