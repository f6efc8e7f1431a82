"""How often a function repeats a call that AWS throttles.

botocore's default of five attempts gives up after some seconds; a burst of deliveries needs more of Parameter
Store's three writes a second.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from botocore.config import Config

TEN_ATTEMPTS = Config(retries={"mode": "standard", "total_max_attempts": 10})
