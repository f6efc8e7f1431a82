"""How often a function repeats a call that AWS refuses for its rate.

botocore's default, five attempts, gives up after some seconds; a burst of deliveries needs more of Parameter
Store's three writes a second.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from botocore.config import Config

PATIENTLY = Config(retries={"mode": "standard", "total_max_attempts": 10})
