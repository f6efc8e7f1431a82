"""The alarms that send a roll back: too many errors, too slow, a failed smoke request."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQuery as _Query,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQueryMetric as _Metric,
)

from config import names
from config.schema.serving import OnInstances
from config.schema.settings import Environment
from stacks.constructs.content import NEW_BEFORE_OLD
from stacks.endpoint.configuration import EACH_CONFIGURATION
from stacks.endpoint.versions import Versions

_MINUTE = 60
# A high-resolution alarm, for a bad version is live until it rings.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (Period)
_SMOKE_PERIOD = 10
# SageMaker's page does not say how often it looks at the alarms: one failure rings for five minutes.
_SMOKE_PERIODS = 30


_NO_ALARM = "notBreaching"


class RollbackAlarms:
    """`alarms` are four for each deployable version, `names` those of the one asked for and the user's own.

    Each version has its own: one that rings for a bad version must not send back the roll that mends it, and
    CloudWatch leaves the state of an alarm that is changed as it is. Without requests there is no data, which
    is no alarm. Nobody is notified: SageMaker itself watches them.
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    """

    def __init__(
        self,
        stack: TerraformStack,
        *,
        environment: Environment,
        model: str,
        versions: Versions,
        serving: OnInstances,
    ) -> None:
        self._stack, self._versions = stack, versions
        self._dimensions = {
            "EndpointName": names.endpoint(environment, model),
            "VariantName": names.VARIANT,
            "EndpointConfigName": EACH_CONFIGURATION,
        }
        rollback = serving.rollback
        p99 = _Query(id="p99", metric=self._metric("ModelLatency", "p99"), return_data=True)
        self.alarms = [
            self._errors("5xx", rollback.errors_5xx_percent),
            self._errors("4xx", rollback.errors_4xx_percent),
            # SageMaker measures in microseconds.
            self._alarm("latency", serving.latency_p99_ms * 1000, [p99]),
            self._smoke(),
        ]
        own = [
            f"${{aws_cloudwatch_metric_alarm.{what}[{versions.asked}].alarm_name}}"
            for what in names.ROLLBACK_ALARMS
        ]
        self.names = [*own, *rollback.alarms]

    def _errors(self, kind: str, percent: int) -> CloudwatchMetricAlarm:
        # SageMaker sends 1 for each error and 0 for every other request: the average is the rate.
        errors = _Query(
            id="errors", metric=self._metric(f"Invocation{kind.upper()}Errors", "Average")
        )
        rate = _Query(id="rate", expression="100 * errors", label=kind, return_data=True)
        return self._alarm(f"errors-{kind}", percent, [rate, errors])

    def _smoke(self) -> CloudwatchMetricAlarm:
        """The prover counts failed smoke requests."""
        return CloudwatchMetricAlarm(
            self._stack,
            "smoke",
            for_each=self._versions.each,
            alarm_name=names.rollback_alarm(EACH_CONFIGURATION, "smoke"),
            namespace=names.METRICS_NAMESPACE,
            metric_name=names.SMOKE_METRIC,
            dimensions={"EndpointConfigName": EACH_CONFIGURATION},
            statistic="Maximum",
            period=_SMOKE_PERIOD,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            evaluation_periods=_SMOKE_PERIODS,
            datapoints_to_alarm=1,
            treat_missing_data=_NO_ALARM,
            actions_enabled=False,
            lifecycle=NEW_BEFORE_OLD,
        )

    def _metric(self, name: str, statistic: str) -> _Metric:
        return _Metric(
            namespace="AWS/SageMaker",
            metric_name=name,
            stat=statistic,
            period=_MINUTE,
            dimensions=self._dimensions,
        )

    def _alarm(self, what: str, threshold: int, queries: list[_Query]) -> CloudwatchMetricAlarm:
        return CloudwatchMetricAlarm(
            self._stack,
            what,
            for_each=self._versions.each,
            alarm_name=names.rollback_alarm(EACH_CONFIGURATION, what),
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            # Two bad minutes out of three: one alone may be chance.
            evaluation_periods=3,
            datapoints_to_alarm=2,
            treat_missing_data=_NO_ALARM,
            actions_enabled=False,
            metric_query=queries,
            lifecycle=NEW_BEFORE_OLD,
        )
