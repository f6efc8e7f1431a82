"""`python -m rollforward.local.sagemaker PORT LOGS`: serve until terminated."""

import sys
from pathlib import Path

import uvicorn

from rollforward.local.ports import LOOPBACK
from rollforward.local.sagemaker.app import build

uvicorn.run(build(Path(sys.argv[2])), host=LOOPBACK, port=int(sys.argv[1]), access_log=False)
