"""`python -m localcloud.sagemaker PORT LOGS [STATE]`: serve until terminated.

The file STATE keeps what there is until the next start.
"""

import logging
import os
import sys
from pathlib import Path

import uvicorn

from localcloud.behaviour import Behaviour
from localcloud.processes.ports import LOOPBACK
from localcloud.sagemaker.app import build
from localcloud.sagemaker.iam.permissions import Iam

# Which operation came when: without it, nobody can tell a request that was sent twice from two requests.
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
logging.getLogger("botocore").setLevel(logging.WARNING)
port, logs, *state = sys.argv[1:]
iam = Iam(os.environ["AWS_ENDPOINT_URL"])
uvicorn.run(
    build(Path(logs), iam, Behaviour.from_environment(), Path(state[0]) if state else None),
    host=LOOPBACK,
    port=int(port),
    access_log=False,
    # Longer than any command lives: a connection that ends just as a request comes in is a request lost.
    timeout_keep_alive=3600,
)
