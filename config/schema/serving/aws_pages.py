"""The AWS pages that state the rules. Every refusal names one of them."""

_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg"

BLUE_GREEN = f"{_GUIDE}/deployment-guardrails-blue-green.html"
CAPTURE = f"{_GUIDE}/model-monitor-data-capture.html"
EXCLUSIONS = f"{_GUIDE}/deployment-guardrails-exclusions.html"
ONE_SHADOW = f"{_GUIDE}/model-shadow-deployment.html"
SCALING = f"{_GUIDE}/endpoint-auto-scaling-prerequisites.html"
SERVERLESS = f"{_GUIDE}/serverless-endpoints.html"
SHADOW_TESTS = f"{_GUIDE}/shadow-tests-exclusions.html"
STORAGE = f"{_GUIDE}/host-instance-storage.html"
