"""The stack of the registrar and the prover, and of what they write to: parameters, groups, a topic."""

from typing import Any

from cdktf import TerraformIterator, TerraformLocal, TerraformOutput, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.sagemaker_model_package_group import SagemakerModelPackageGroup
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from config import names
from config.outputs import NOTIFICATIONS
from config.schema.settings import Environment
from stacks.base import RollforwardStack
from stacks.constructs import event_patterns
from stacks.constructs.event_rule import EventRule
from stacks.constructs.function import FunctionPackage, PythonFunction
from stacks.constructs.image import look_up_all_images, repository_arns, repository_uris
from stacks.constructs.topic import Topic
from stacks.iam.prover import prover_statements
from stacks.iam.registrar import registrar_statements

FOURTEEN_DAYS = 14 * 24 * 3600
# The descriptions of the parameters that the functions write, by resource name.
WRITTEN_PARAMETERS = {
    "pointer": "The key of the registered model",
    "recent": "The keys of the deployable versions",
    "live": "The key that was last announced as live",
    "asked_for": "The last deployment that SageMaker told of",
}


class LambdaStack(RollforwardStack):
    """Owns both functions, the topic they publish to, and each model's parameters and package group."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(scope, "lambda", environment=environment)
        self._dead_letters = SqsQueue(
            self,
            "dead_letters",
            name=names.dead_letter_queue(environment),
            message_retention_seconds=FOURTEEN_DAYS,
            sqs_managed_sse_enabled=None if environment.kms_key_arn else True,
            kms_master_key_id=environment.kms_key_arn,
        )
        self._topic = Topic(
            self, "topic", environment=environment, name=names.topic(environment)
        ).topic
        self._package = FunctionPackage(self, "package")
        self._images = look_up_all_images(
            self, "container", {name: model.image for name, model in environment.models.items()}
        )
        self._add_registrar(environment)
        self._add_prover(environment)
        self._add_models(environment)
        TerraformOutput(self, NOTIFICATIONS, value=self._topic.arn, static_id=True)

    def _add_registrar(self, environment: Environment) -> None:
        registrar = PythonFunction(
            self,
            "registrar",
            name=names.registrar(environment),
            package=self._package,
            source="register_model",
            environment={
                **self._shared_variables(environment),
                "POINTER_PARAMETER": names.pointer(environment, names.ANY_MODEL),
                "RECENT_PARAMETER": names.recent(environment, names.ANY_MODEL),
                "SETTINGS_PARAMETER": names.settings(environment, names.ANY_MODEL),
                "POWERTOOLS_SERVICE_NAME": "registrar",
            },
            statements=registrar_statements(environment, self._repositories(environment)),
            dead_letter_arn=self._dead_letters.arn,
            memory_mb=1024,
            # The registrar inspects and copies 5 GB in about a minute; the rest is for slow transfers.
            timeout_seconds=900,
            log_retention_days=environment.log_retention_days,
        )
        EventRule(
            self,
            "approvals",
            name=names.approval_rule(environment),
            description="A version of a model was approved or rejected",
            pattern=event_patterns.approvals(environment),
            function=registrar.function,
        )

    def _add_prover(self, environment: Environment) -> None:
        prover = PythonFunction(
            self,
            "prover",
            name=names.prover(environment),
            package=self._package,
            source="prove_model",
            environment={
                **self._shared_variables(environment),
                "LIVE_PARAMETER": names.live(environment, names.ANY_MODEL),
                "ASKED_PARAMETER": names.last_deployment(environment, names.ANY_MODEL),
                "REQUESTS_PREFIX": names.requests_prefix(names.ANY_MODEL),
                "SMOKE_METRIC": names.SMOKE_METRIC,
                "POWERTOOLS_SERVICE_NAME": "prover",
            },
            statements=prover_statements(environment),
            dead_letter_arn=self._dead_letters.arn,
            memory_mb=512,
            # During a roll, the prover sends many smoke requests, and a container has a minute for each.
            timeout_seconds=900,
            log_retention_days=environment.log_retention_days,
        )
        EventRule(
            self,
            "endpoints",
            name=names.endpoint_rule(environment),
            description="An endpoint is asked for something new, or has settled",
            pattern=event_patterns.deployments(environment),
            function=prover.function,
        )

    def _repositories(self, environment: Environment) -> list[str]:
        """The ARNs of the ECR repositories of the models' images; patterns, if there are many."""
        images = [(model.image, self._images[name]) for name, model in environment.models.items()]
        return repository_arns(self, environment.partition.name, repository_uris(images))

    def _shared_variables(self, environment: Environment) -> dict[str, str]:
        """Templates of names: the 4 KB that Lambda allows are too few for a list of hundreds of models."""
        return {
            "ENDPOINT": names.endpoint(environment, names.ANY_MODEL),
            "PACKAGE_GROUP": names.package_group(environment, names.ANY_MODEL),
            "MODEL_BUCKET": names.model_bucket(environment),
            "TOPIC_ARN": self._topic.arn,
            "POWERTOOLS_METRICS_NAMESPACE": names.METRICS_NAMESPACE,
        }

    def _add_models(self, environment: Environment) -> None:
        """Terraform repeats the resources for each model: hundreds synthesize as quickly as one."""
        models = TerraformLocal(self, "models", self._models(environment))
        each = TerraformIterator.from_map(models.as_any_map)
        group = SagemakerModelPackageGroup(
            self,
            "versions",
            for_each=each,
            model_package_group_name=each.get_string("package_group"),
            model_package_group_description=f"Every delivery of {each.key}, with its verdict",
        )
        written = [
            self._add_parameter(each, field, description)
            for field, description in WRITTEN_PARAMETERS.items()
        ]
        SsmParameter(
            self,
            "settings",
            for_each=each,
            name=each.get_string("settings"),
            description=f"What the registrar needs to know of {each.key}",
            type="String",
            insecure_value="${jsonencode(merge({image = each.value.image}, each.value.promotion))}",
            # With its settings, the functions know the model, and write to the group and the parameters.
            depends_on=[group, *written],
        )

    def _add_parameter(self, each: TerraformIterator, field: str, description: str) -> SsmParameter:
        return SsmParameter(
            self,
            field,
            for_each=each,
            name=each.get_string(field),
            description=description,
            type="String",
            insecure_value=names.NO_MODEL,
            # Terraform creates the parameter; the functions write its value.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["insecure_value", "value"]),
        )

    def _models(self, environment: Environment) -> dict[str, dict[str, Any]]:
        """What the resources of each model need, by model name."""
        return {
            name: {
                "package_group": names.package_group(environment, name),
                "pointer": names.pointer(environment, name),
                "recent": names.recent(environment, name),
                "live": names.live(environment, name),
                "asked_for": names.last_deployment(environment, name),
                "settings": names.settings(environment, name),
                "image": self._images[name],
                "promotion": model.promotion.as_json(),
            }
            for name, model in environment.models.items()
        }
