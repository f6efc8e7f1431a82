"""`python -m localcloud.ministack DECISIONS`: serve until terminated; record IAM's decisions in the file."""

import sys
from pathlib import Path

from ministack import app

from localcloud.behaviour import Behaviour
from localcloud.event_delivery import EventDelivery
from localcloud.ministack.iam import decisions, encryption, principals, requests
from localcloud.ministack.routes import add_routes
from localcloud.ministack.services import (
    alarms,
    functions,
    lambda_runtimes,
    notifications,
    parameters,
)

behaviour = Behaviour.from_environment()
principals.correct_principals()
# Before the keys: the decisions about keys are recorded, too.
decisions.record_decisions(Path(sys.argv[1]))
encryption.authorize_keys()
requests.correct_requests()
functions.authorize_functions()
lambda_runtimes.use_interpreters_of_runtimes()
notifications.delay_notifications(EventDelivery(behaviour))
parameters.correct_parameters(behaviour)
alarms.correct_alarms()
app.app = add_routes(app.app)
# ministack reads the rest of the command line.
del sys.argv[1]
app.main()
