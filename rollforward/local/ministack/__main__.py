"""`python -m rollforward.local.ministack DECISIONS`: serve until terminated, recording to that file."""

import sys
from pathlib import Path

from ministack import app

from rollforward.local.ministack import decisions, principals
from rollforward.local.ministack.gate import gated
from rollforward.local.ministack.runtimes import use_their_own_python

principals.correct()
decisions.record(Path(sys.argv[1]))
app.app = gated(app.app)
use_their_own_python()
# The rest of the command line is ministack's own.
del sys.argv[1]
app.main()
