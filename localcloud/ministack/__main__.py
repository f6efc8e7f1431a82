"""`python -m localcloud.ministack DECISIONS`: serve until terminated, recording to that file."""

import sys
from pathlib import Path

from ministack import app

from localcloud.behaviour import Behaviour
from localcloud.deliveries import Deliveries
from localcloud.ministack import (
    alarms,
    decisions,
    encryption,
    functions,
    notifications,
    parameters,
    principals,
    requests,
    terraform_requests,
)
from localcloud.ministack.gate import gated
from localcloud.ministack.runtimes import use_their_own_python

principals.correct()
decisions.record(Path(sys.argv[1]))
encryption.enforce_keys()
functions.act_under_roles()
requests.complete()
terraform_requests.correct()
behaviour = Behaviour.of_environ()
notifications.deliver_late(Deliveries(behaviour))
parameters.behave(behaviour)
alarms.mend()
app.app = gated(app.app)
use_their_own_python()
# The rest of the command line is ministack's own.
del sys.argv[1]
app.main()
