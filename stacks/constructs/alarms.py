"""The alarms that send a roll back: too many errors, too slow."""

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
from config.rollout import Rollback
from config.settings import Environment

_MINUTE = 60


class RollbackAlarms:
    """`names` are the stack's three and the user's own; `configuration` is the one that is rolled to.

    Without requests there is no data, and so no alarm. Nobody is notified: SageMaker itself watches them.
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    """

    def __init__(
        self,
        stack: TerraformStack,
        *,
        environment: Environment,
        model: str,
        configuration: str,
        rollback: Rollback,
    ) -> None:
        self._stack = stack
        self._environment, self._model = environment, model
        self._dimensions = {
            "EndpointName": names.endpoint(environment, model),
            "VariantName": names.VARIANT,
            # The new fleet alone: a failing old one must not send back the roll that mends it.
            "EndpointConfigName": configuration,
        }
        self.alarms = [
            self._errors("5xx", rollback.errors_5xx_percent),
            self._errors("4xx", rollback.errors_4xx_percent),
            self._alarm(
                "latency",
                # SageMaker measures in microseconds.
                rollback.latency_p99_ms * 1000,
                [_Query(id="p99", metric=self._metric("ModelLatency", "p99"), return_data=True)],
            ),
        ]
        own = [names.rollback_alarm(environment, model, what) for what in names.ROLLBACK_ALARMS]
        self.names = [*own, *rollback.alarms]

    def _errors(self, kind: str, percent: int) -> CloudwatchMetricAlarm:
        return self._alarm(
            f"errors-{kind}",
            percent,
            [
                _Query(
                    id="rate", expression="100 * errors / requests", label=kind, return_data=True
                ),
                _Query(id="errors", metric=self._metric(f"Invocation{kind.upper()}Errors", "Sum")),
                _Query(id="requests", metric=self._metric("Invocations", "Sum")),
            ],
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
            alarm_name=names.rollback_alarm(self._environment, self._model, what),
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            # Two bad minutes out of three: one alone may be chance.
            evaluation_periods=3,
            datapoints_to_alarm=2,
            actions_enabled=False,
            metric_query=queries,
        )
