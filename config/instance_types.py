"""Facts about SageMaker instance types, each derived from the name of the type, such as `ml.m5.large`.

https://aws.amazon.com/sagemaker/pricing/
"""

import re
from typing import Literal

Chip = Literal["cpu", "gpu", "other"]

# An `Nxlarge` has 4·N vCPUs, with these exceptions.
_VCPU_EXCEPTIONS = {"ml.c4.8xlarge": 36}

_GPU = re.compile(r"ml\.(g|gr|p)\d")
# Inferentia, Trainium and Graviton.
_OTHER_CHIPS = re.compile(r"ml\.(inf|trn|[a-z]+\d+g)")
# Families with an instance store: those with a `d` after the generation, and most accelerated ones.
_INSTANCE_STORE = re.compile(r"ml\.([a-z]+\d[a-z]*d[a-z]*|g[4-9]\w*|gr\d\w*|p[4-9]\w*|trn\d\w*)\.")
_BURSTABLE = re.compile(r"ml\.t\d")


def vcpus(instance_type: str) -> int:
    """The number of vCPUs.

    SageMaker's CPUUtilization is the sum over the vCPUs: 0–400 % on four of them. A target in percent of
    the whole instance is multiplied by this number.
    https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """
    if instance_type in _VCPU_EXCEPTIONS:
        return _VCPU_EXCEPTIONS[instance_type]
    size = instance_type.rpartition(".")[2]
    if match := re.fullmatch(r"(\d*)xlarge", size):
        return 4 * int(match[1] or 1)
    # The `medium` size of Graviton's c and m families has one vCPU, that of the burstable t family two.
    return {"large": 2, "medium": 2 if is_burstable(instance_type) else 1}[size]


def chip(instance_type: str) -> Chip:
    """The processor that a container image must be built for; `other` is Inferentia, Trainium or Graviton."""
    if _OTHER_CHIPS.match(instance_type):
        return "other"
    return "gpu" if _GPU.match(instance_type) else "cpu"


def has_instance_store(instance_type: str) -> bool:
    """Whether the instance has local disks. SageMaker then attaches no EBS volume.

    https://docs.aws.amazon.com/sagemaker/latest/dg/host-instance-storage.html
    """
    return bool(_INSTANCE_STORE.match(instance_type))


def is_burstable(instance_type: str) -> bool:
    """Whether the type is of the t family, which Application Auto Scaling does not scale.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
    """
    return bool(_BURSTABLE.match(instance_type))


def is_inf1(instance_type: str) -> bool:
    """Whether the type is of the first Inferentia family, which deployment guardrails and shadows exclude.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """
    return instance_type.startswith("ml.inf1.")
