"""Where an asynchronous endpoint puts its answers, and whom it tells.

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

from config import names
from config.schema.serving import Async
from config.schema.settings import Environment
from stacks.iam import arns


def async_inference_config(
    environment: Environment, model: str, serving: Async
) -> AsyncInferenceConfig:
    bucket = f"s3://{names.model_bucket(environment)}"
    topics = {
        of: arns.topic(environment, names.answers_topic(environment, model, of))
        for of in serving.notify
    }
    return AsyncInferenceConfig(
        output_config=_Output(
            s3_output_path=f"{bucket}/{names.answers_prefix(model)}",
            s3_failure_path=f"{bucket}/{names.failures_prefix(model)}",
            kms_key_id=environment.kms_key_arn,
            notification_config=_Topics(
                success_topic=topics.get("success"), error_topic=topics.get("error")
            )
            if topics
            else None,
        ),
        # Without a number, SageMaker finds one.
        client_config=_Client(
            max_concurrent_invocations_per_instance=serving.concurrent_invocations
        )
        if serving.concurrent_invocations
        else None,
    )
