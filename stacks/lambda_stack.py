"""The registrar, and what it writes: the pointers, the recent versions, the model package groups."""

from cdktf import TerraformIterator, TerraformLocal, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.sagemaker_model_package_group import SagemakerModelPackageGroup
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from config import names
from config.settings import Environment
from stacks.base import RollforwardStack
from stacks.constructs.approvals import ApprovalEvents
from stacks.constructs.function import PythonFunction
from stacks.constructs.image import image_uris
from stacks.registrar_policy import registrar_statements

FOURTEEN_DAYS = 14 * 24 * 3600


class LambdaStack(RollforwardStack):
    """Owns the registrar and every model's parameters and package group."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(scope, "lambda", environment=environment)
        dead_letters = SqsQueue(
            self,
            "dead_letters",
            name=names.dead_letter_queue(environment),
            message_retention_seconds=FOURTEEN_DAYS,
            sqs_managed_sse_enabled=None if environment.kms_key_arn else True,
            kms_master_key_id=environment.kms_key_arn,
        )
        self.registrar = PythonFunction(
            self,
            "registrar",
            name=names.registrar(environment),
            source="register_model",
            environment={
                # Templates, for the 4 KB that Lambda allows hold no list of hundreds of models.
                "POINTER_PARAMETER": names.pointer(environment, names.ANY_MODEL),
                "RECENT_PARAMETER": names.recent(environment, names.ANY_MODEL),
                "SETTINGS_PARAMETER": names.settings(environment, names.ANY_MODEL),
                "PACKAGE_GROUP": names.package_group(environment, names.ANY_MODEL),
                "MODEL_BUCKET": names.model_bucket(environment),
                "POWERTOOLS_SERVICE_NAME": "registrar",
                "POWERTOOLS_METRICS_NAMESPACE": names.METRICS_NAMESPACE,
            },
            statements=registrar_statements(environment),
            dead_letter_arn=dead_letters.arn,
            memory_mb=1024,
            # Five gigabytes are inspected and copied in about a minute; the rest is for slow days.
            timeout_seconds=900,
            log_retention_days=environment.log_retention_days,
        )
        ApprovalEvents(self, "approvals", environment=environment, function=self.registrar.function)
        self._add_models(environment)

    def _add_models(self, environment: Environment) -> None:
        """Repeated for each model by Terraform, not here: hundreds synthesize as quickly as one."""
        models = TerraformLocal(self, "models", self._models(environment))
        each = TerraformIterator.from_map(models.as_any_map)
        group = SagemakerModelPackageGroup(
            self,
            "versions",
            for_each=each,
            model_package_group_name=each.get_string("package_group"),
            model_package_group_description=f"Every delivery of {each.key}, with its verdict",
        )
        pointers = [
            SsmParameter(
                self,
                leaf,
                for_each=each,
                name=each.get_string(leaf),
                description=description,
                type="String",
                insecure_value=names.NO_MODEL,
                # Born here; from then on the value is the registrar's.
                lifecycle=TerraformResourceLifecycle(ignore_changes=["insecure_value", "value"]),
            )
            for leaf, description in (
                ("pointer", "The key of the registered model"),
                ("recent", "The keys of the deployable versions"),
            )
        ]
        SsmParameter(
            self,
            "settings",
            for_each=each,
            name=each.get_string("settings"),
            description=f"What the registrar needs to know of {each.key}",
            type="String",
            insecure_value=(
                "${jsonencode({image = each.value.image, keep_versions = each.value.keep_versions})}"
            ),
            # It is what makes a model known: the registrar then writes to all of these.
            depends_on=[group, *pointers],
        )

    def _models(self, environment: Environment) -> dict[str, dict[str, str | int]]:
        images = {name: model.image for name, model in environment.models.items()}
        uris = image_uris(self, "container", images)
        return {
            name: {
                "package_group": names.package_group(environment, name),
                "pointer": names.pointer(environment, name),
                "recent": names.recent(environment, name),
                "settings": names.settings(environment, name),
                "image": uris[name],
                "keep_versions": model.promotion.keep_versions,
            }
            for name, model in environment.models.items()
        }
