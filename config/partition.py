"""AWS's partitions: the prefix of ARNs and the suffix of host names, by region.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-syntax
https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Partition:
    """`dns_suffix` is the suffix of a service's host names, in image URIs and in `kms:ViaService`.

    It is not the suffix of service principals: `lambda.amazonaws.com` is the name in every partition.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
    """

    name: str
    dns_suffix: str


COMMERCIAL = Partition("aws", "amazonaws.com")
_BY_PREFIX = {
    "cn-": Partition("aws-cn", "amazonaws.com.cn"),
    "us-gov-": Partition("aws-us-gov", "amazonaws.com"),
    "us-iso-": Partition("aws-iso", "c2s.ic.gov"),
    "us-isob-": Partition("aws-iso-b", "sc2s.sgov.gov"),
    "eu-isoe-": Partition("aws-iso-e", "cloud.adc-e.uk"),
    "us-isof-": Partition("aws-iso-f", "csp.hci.ic.gov"),
    "eusc-": Partition("aws-eusc", "amazonaws.eu"),
}


DNS_SUFFIXES = sorted({one.dns_suffix for one in (COMMERCIAL, *_BY_PREFIX.values())})


def partition_of(region: str) -> Partition:
    """The partition of a region, by the prefix of the region's name."""
    found = (one for prefix, one in _BY_PREFIX.items() if region.startswith(prefix))
    return next(found, COMMERCIAL)
