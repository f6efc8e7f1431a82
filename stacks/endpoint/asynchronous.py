"""Where an asynchronous endpoint writes its answers, and the topics that it notifies.

https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint.html
"""

from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationAsyncInferenceConfig as AsyncInferenceConfig,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationAsyncInferenceConfigClientConfig as _Client,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationAsyncInferenceConfigOutputConfig as _Output,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationAsyncInferenceConfigOutputConfigNotificationConfig as _Topics,
)

from config.schema.serving import Async
from stacks.endpoint.settings import EndpointSettings


def async_inference_config(settings: EndpointSettings) -> AsyncInferenceConfig | None:
    """The configuration of asynchronous inference; None for other kinds of serving."""
    if not isinstance(settings.serving, Async):
        return None
    topics, concurrent = settings.topic_arns, settings.serving.concurrent_invocations
    return AsyncInferenceConfig(
        output_config=_Output(
            s3_output_path=settings.answers_url,
            s3_failure_path=settings.failures_url,
            kms_key_id=settings.kms_key_arn,
            notification_config=_Topics(
                success_topic=topics.get("success"), error_topic=topics.get("error")
            )
            if topics
            else None,
        ),
        # Without a number, SageMaker finds one.
        client_config=_Client(max_concurrent_invocations_per_instance=concurrent)
        if concurrent
        else None,
    )
