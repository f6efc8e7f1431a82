"""The alarms that make SageMaker roll back: too many errors, too slow, a failed smoke request."""

from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQuery as _Query,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQueryMetric as _Metric,
)
from constructs import Construct

from config import names
from config.schema.serving import OnInstances
from config.schema.variants import PRIMARY
from stacks.constructs.address import address
from stacks.constructs.content import NEW_BEFORE_OLD
from stacks.endpoint.versions import Versions

_MINUTE = 60
# A high-resolution alarm: a bad version is live until the alarm is in the ALARM state.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (Period)
_SMOKE_PERIOD_SECONDS = 10
# AWS does not document how often SageMaker reads the alarms: after one failure, the alarm stays in the ALARM
# state for five minutes.
_SMOKE_PERIODS = 30


class RollbackAlarms:
    """`alarms` are four for each deployable version; `names` are those that SageMaker watches during a roll.

    Each version has its own alarms. An alarm of a bad version must not roll back the next version, and
    CloudWatch keeps the state of an alarm that is updated. Without requests there is no data, which is no
    alarm. Nobody is notified: SageMaker itself watches the alarms.
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    """

    def __init__(
        self,
        scope: Construct,
        *,
        endpoint: str,
        each_configuration: str,
        versions: Versions,
        serving: OnInstances,
    ) -> None:
        """`endpoint` is a name; `each_configuration` is the expression of a configuration's name."""
        self._scope, self._versions, self._configuration = scope, versions, each_configuration
        self._dimensions = {
            "EndpointName": endpoint,
            "VariantName": PRIMARY,
            "EndpointConfigName": each_configuration,
        }
        rollback = serving.rollback
        self.alarms = [
            self._errors("5xx", rollback.errors_5xx_percent),
            self._errors("4xx", rollback.errors_4xx_percent),
            self._latency(serving.latency_p99_ms),
            self._smoke(),
        ]
        own = [f"${{{address(alarm)}[{versions.wanted}].alarm_name}}" for alarm in self.alarms]
        self.names = [*own, *rollback.alarms]

    def _errors(self, kind: str, percent: int) -> CloudwatchMetricAlarm:
        # SageMaker sends 1 for each error and 0 for every other request: the average is the error rate.
        errors = _Query(
            id="errors", metric=self._metric(f"Invocation{kind.upper()}Errors", "Average")
        )
        rate = _Query(id="rate", expression="100 * errors", label=kind, return_data=True)
        return self._sustained(f"errors-{kind}", percent, [rate, errors])

    def _latency(self, milliseconds: int) -> CloudwatchMetricAlarm:
        p99 = _Query(id="p99", metric=self._metric("ModelLatency", "p99"), return_data=True)
        # The metric's unit is microseconds.
        return self._sustained("latency", milliseconds * 1000, [p99])

    def _smoke(self) -> CloudwatchMetricAlarm:
        """An alarm on the metric that the prover sends for each failed smoke request."""
        return self._alarm(
            "smoke",
            threshold=0,
            namespace=names.METRICS_NAMESPACE,
            metric_name=names.SMOKE_METRIC,
            dimensions={"EndpointConfigName": self._configuration},
            statistic="Maximum",
            period=_SMOKE_PERIOD_SECONDS,
            evaluation_periods=_SMOKE_PERIODS,
            datapoints_to_alarm=1,
        )

    def _sustained(self, id_: str, threshold: int, queries: list[_Query]) -> CloudwatchMetricAlarm:
        """An alarm on two bad minutes out of three: a single one may be chance."""
        return self._alarm(
            id_,
            threshold=threshold,
            metric_query=queries,
            evaluation_periods=3,
            datapoints_to_alarm=2,
        )

    def _metric(self, name: str, statistic: str) -> _Metric:
        return _Metric(
            namespace="AWS/SageMaker",
            metric_name=name,
            stat=statistic,
            period=_MINUTE,
            dimensions=self._dimensions,
        )

    def _alarm(self, id_: str, **settings: Any) -> CloudwatchMetricAlarm:
        return CloudwatchMetricAlarm(
            self._scope,
            id_,
            for_each=self._versions.each,
            alarm_name=names.rollback_alarm(self._configuration, id_),
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            actions_enabled=False,
            lifecycle=NEW_BEFORE_OLD,
            **settings,
        )
