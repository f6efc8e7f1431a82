"""The metrics of the live version, which the gate compares with."""

from lambda_src.register_model.delivery import DeliveryFolder
from lambda_src.register_model.names import Names
from lambda_src.shared.cloud import Cloud
from lambda_src.shared.metrics import parse
from lambda_src.shared.pinned_key import METRICS, PinnedKey
from lambda_src.shared.s3_url import S3Url


def read_live_metrics(cloud: Cloud, names: Names, folder: DeliveryFolder) -> dict[str, float]:
    """The metrics that were pinned with the live version of the folder's model; empty without any."""
    endpoint = cloud.endpoints.find(names.endpoint(folder.model))
    primary = cloud.endpoints.primary_variant(endpoint.configuration) if endpoint else None
    live = PinnedKey.in_bucket(folder.bucket, primary.model_data) if primary else None
    text = cloud.objects.read(S3Url(folder.bucket, live.beside(METRICS))) if live else None
    return {} if text is None else parse(text)
