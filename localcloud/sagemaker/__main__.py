"""`python -m localcloud.sagemaker PORT LOGS [STATE]`: serve until terminated.

The file STATE keeps the resources until the next start.
"""

import logging
import os
import sys
from pathlib import Path

import uvicorn

from localcloud.behaviour import Behaviour
from localcloud.processes.ports import LOOPBACK
from localcloud.sagemaker.app import build
from localcloud.sagemaker.iam.permissions import IamClient

# The times show whether a request was sent twice or there were two requests.
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
logging.getLogger("botocore").setLevel(logging.WARNING)
port, logs, *state = sys.argv[1:]
iam = IamClient(os.environ["AWS_ENDPOINT_URL"])
uvicorn.run(
    build(Path(logs), iam, Behaviour.from_environment(), Path(state[0]) if state else None),
    host=LOOPBACK,
    port=int(port),
    access_log=False,
    # Longer than any command runs: a request is lost if the server closes its connection at that moment.
    timeout_keep_alive=3600,
)
