"""How many vCPUs an instance type has.

SageMaker's CPUUtilization is the sum over the cores: 0–400 % on four of them. A target in percent of the
whole instance has to be multiplied by this number.
https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
https://aws.amazon.com/sagemaker/pricing/ (vCPU column)
"""

import re

# An `Nxlarge` has 4·N vCPUs, but for these.
_EXCEPTIONS = {"ml.c4.8xlarge": 36}


def vcpus(instance_type: str) -> int:
    if instance_type in _EXCEPTIONS:
        return _EXCEPTIONS[instance_type]
    size = instance_type.rpartition(".")[2]
    match = re.fullmatch(r"(\d*)xlarge", size)
    return 4 * int(match[1] or 1) if match else {"large": 2, "medium": _medium(instance_type)}[size]


def _medium(instance_type: str) -> int:
    # Graviton's c and m families start with one core, the burstable t family with two.
    return 2 if instance_type.startswith("ml.t") else 1
