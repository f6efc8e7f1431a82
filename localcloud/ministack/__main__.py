"""`python -m localcloud.ministack DECISIONS`: serve until terminated, recording to that file."""

import sys
from pathlib import Path

from ministack import app

from localcloud.behaviour import Behaviour
from localcloud.event_delivery import Deliveries
from localcloud.ministack.iam import decisions, encryption, principals, requests, terraform_requests
from localcloud.ministack.routes import gated
from localcloud.ministack.services import alarms, functions, notifications, parameters
from localcloud.ministack.services.lambda_runtimes import use_interpreters_of_runtimes

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
use_interpreters_of_runtimes()
# The rest of the command line is ministack's own.
del sys.argv[1]
app.main()
