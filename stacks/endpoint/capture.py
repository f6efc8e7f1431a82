"""Data capture: a share of the requests and their answers is kept in the model bucket.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationDataCaptureConfig as DataCaptureConfig,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationDataCaptureConfigCaptureContentTypeHeader as _ContentTypes,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationDataCaptureConfigCaptureOptions as _Option,
)

from config.schema.serving import RealTime
from stacks.endpoint.settings import EndpointSettings


def data_capture_config(settings: EndpointSettings) -> DataCaptureConfig | None:
    """The configuration of data capture; None for an endpoint that captures nothing."""
    if not isinstance(settings.serving, RealTime) or settings.serving.capture is None:
        return None
    return DataCaptureConfig(
        enable_capture=True,
        initial_sampling_percentage=settings.serving.capture.percent,
        destination_s3_uri=settings.captured_url,
        kms_key_id=settings.kms_key_arn,
        capture_options=[_Option(capture_mode=mode) for mode in ("Input", "Output")],
        # SageMaker encodes content of other types in base64.
        capture_content_type_header=_ContentTypes(json_content_types=["application/json"]),
    )
