"""Synthesizes an environment that stands in another folder, as main.py does: folder, name, output."""

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
