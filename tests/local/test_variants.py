"""Several models behind one endpoint, models of other sources, and the capacity that a roll starts with."""

from collections import Counter
from collections.abc import Iterator

import pytest

from config import names
from config.schema.scaling import Instances
from config.schema.serving import RealTime
from config.schema.source import Hub, Pinned
from config.schema.variants import Shadow, Variant
from rollforward.operations.apply.instance_count import instance_options
from tests.local.site import V1, V2, Site, actions, sentiment

pytestmark = pytest.mark.timeout(600)

PINNED = Pinned(key=V2)
REVISION = "c" * 40
HUB = Hub(hub="org/loud", revision=REVISION, task="text-classification")
SHOUTING = """
def model_fn(model_dir): return lambda data: data["inputs"].upper()
"""
REAL_TIME = RealTime(
    kind="realtime", instance_type="ml.m5.large", instances=Instances(min=1, max=4)
)
CHALLENGER = Variant(source=PINNED, traffic_percent=25)
WITH_CHALLENGER = REAL_TIME.model_copy(update={"variants": {"challenger": CHALLENGER}})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    hub = tmp_path_factory.mktemp("hub")
    code = hub / "models--org--loud" / "snapshots" / REVISION / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(SHOUTING)
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("LOCALCLOUD_HUB", str(hub))
        with sentiment(tmp_path_factory.mktemp("variants")) as site:
            yield site


def answered(site: Site, requests: int = 200) -> Counter[str]:
    """Which variant answered how often."""
    return Counter(site.ask()["InvokedProductionVariant"] for _ in range(requests))


def instances(site: Site) -> int:
    (variant,) = site.described()["ProductionVariants"]
    return int(variant["CurrentInstanceCount"])


def test_variants_answer_in_proportion_to_their_weights(site: Site) -> None:
    site.point(V1)
    assert actions(site.serve(WITH_CHALLENGER)) == ("create",)
    # 50 are expected; by chance alone, once in a million runs it is not between these.
    assert 20 <= answered(site)["challenger"] <= 85


def test_one_variable_moves_the_traffic_in_place(site: Site) -> None:
    plan = site.serve(WITH_CHALLENGER, options=["-var=challenger_percent=100"])
    assert actions(plan) == ("update",)
    assert answered(site, 20) == {"challenger": 20}
    assert "negative" in site.predicts()


def test_a_share_is_a_whole_number(site: Site) -> None:
    stack = site.deployment.stack("sagemaker-sentiment")
    with pytest.raises(Exception, match="challenger_percent is a whole number from 0 to 100"):
        stack.plan("-var=challenger_percent=0.5")


def test_another_number_of_a_challengers_instances_rolls_in_place(site: Site) -> None:
    larger = CHALLENGER.model_copy(update={"instances": 2})
    plan = site.serve(REAL_TIME.model_copy(update={"variants": {"challenger": larger}}))
    assert actions(plan) == ("update",)
    _, challenger = site.described()["ProductionVariants"]
    assert challenger["CurrentInstanceCount"] == 2


def test_a_shadow_listens_and_never_answers(site: Site) -> None:
    shadow = Shadow(source=PINNED, sampling_percent=100)
    plan = site.serve(REAL_TIME.model_copy(update={"shadow": shadow}))
    # Other variants: SageMaker rolls to none with a deployment policy.
    assert actions(plan) == ("delete", "create")
    (target,) = plan.of_type("aws_appautoscaling_target")
    assert target.actions == ("delete", "create")
    assert answered(site, 20) == {"primary": 20}
    assert "positive" in site.predicts()
    (listening,) = site.described()["ShadowProductionVariants"]
    assert listening["VariantName"] == "shadow"
    (log,) = (site.deployment.folder / "logs").glob(f"{site.endpoint}-shadow-*.log")
    assert log.read_text().count("POST /invocations") >= 20


def test_a_roll_starts_with_the_instances_that_serve_now(site: Site) -> None:
    assert actions(site.serve(REAL_TIME)) == ("delete", "create")
    assert instances(site) == 1
    site.point(V2, V1)
    site.serve(REAL_TIME, options=["-var=current_instances=3"])
    assert instances(site) == 3


def test_another_count_alone_rolls_nothing(site: Site) -> None:
    plan = site.serve(REAL_TIME, options=["-var=current_instances=2"])
    assert plan.empty, plan


def test_a_version_that_comes_back_starts_with_them_too(site: Site) -> None:
    site.point(V1, V2)
    with site.operator():
        stack = site.deployment.stack("sagemaker-sentiment")
        options = instance_options(site.target, stack.folder)
    assert options == ["-var=current_instances=3", f'-replace=terraform_data.capacity["{V1}"]']
    assert actions(site.serve(REAL_TIME, options=options)) == ("update",)
    assert instances(site) == 3
    assert "positive" in site.predicts()


def test_a_pinned_copy_stays_whatever_the_pointer_says(site: Site) -> None:
    assert actions(site.serve(REAL_TIME, PINNED)) == ("update",)
    assert "negative" in site.predicts()


def test_to_pin_what_is_live_changes_nothing(site: Site) -> None:
    site.point(V2, V1)
    plan = site.serve(REAL_TIME)
    assert plan.of_type("aws_sagemaker_endpoint") == []


def test_a_model_of_the_hub_is_served_at_its_revision(site: Site) -> None:
    plan = site.serve(REAL_TIME.model_copy(update={"isolated": False}), HUB)
    assert actions(plan) == ("update",)
    assert site.ask(b'{"inputs": "good"}')["Body"].read() == b'"GOOD"'


def test_back_at_the_pointer_it_follows_again(site: Site) -> None:
    site.point(V1)
    assert actions(site.serve(REAL_TIME)) == ("update",)
    assert "positive" in site.predicts()


def test_what_rings_for_the_live_version_does_not_send_back_the_roll_that_mends_it(
    site: Site,
) -> None:
    cloudwatch = site.deployment.client("cloudwatch")
    alarm = names.rollback_alarm(site.described()["EndpointConfigName"], "errors-5xx")
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="it is bad")
    site.point(V2, V1)
    assert actions(site.serve(REAL_TIME)) == ("update",)
    assert "negative" in site.predicts()
