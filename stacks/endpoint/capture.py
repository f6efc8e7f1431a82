"""A part of the requests and of their answers, kept in the model bucket.

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

from config import names
from config.schema.serving import Capture
from config.schema.settings import Environment


def data_capture_config(
    environment: Environment, model: str, capture: Capture
) -> DataCaptureConfig:
    return DataCaptureConfig(
        enable_capture=True,
        initial_sampling_percentage=capture.percent,
        destination_s3_uri=f"s3://{names.model_bucket(environment)}/{names.captured_prefix(model)}",
        kms_key_id=environment.kms_key_arn,
        capture_options=[_Option(capture_mode=mode) for mode in ("Input", "Output")],
        # As text: what has no known type is kept as base64.
        capture_content_type_header=_ContentTypes(json_content_types=["application/json"]),
    )
