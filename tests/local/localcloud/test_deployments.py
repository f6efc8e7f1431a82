"""Endpoints with real models: created, updated, rolled back."""

import pytest

from tests.local.localcloud.client import (
    ALARM,
    COMPLAINT,
    PICKY_MODEL,
    PRAISE,
    Cloud,
    archive_of,
    wait_until,
)

SLOW_MODEL = """
import time
def model_fn(model_dir): return "slow"
def predict_fn(data, model): time.sleep(1); return model
"""


UNLOADABLE_MODEL = """
def model_fn(model_dir): raise RuntimeError("the weights are missing")
"""


def test_an_endpoint_answers_with_its_model_and_rolls_to_the_next(cloud: Cloud) -> None:
    assert cloud.create("rolls", "v1")["EndpointConfigName"] == "v1"
    assert cloud.invoke("rolls", {"inputs": PRAISE})["label"] == "positive"
    assert cloud.invoke("rolls", {"inputs": COMPLAINT})["label"] == "positive"

    described = cloud.update("rolls", "v2")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v2")
    assert "FailureReason" not in described
    prediction = cloud.invoke("rolls", {"inputs": COMPLAINT})
    assert (prediction["label"], prediction["model"]) == ("negative", "v2")


def test_no_request_is_lost_while_an_endpoint_rolls(cloud: Cloud) -> None:
    cloud.create("busy", "v1")
    cloud.sagemaker.update_endpoint(EndpointName="busy", EndpointConfigName="v2")
    served: list[str] = []

    def serves_the_new_model() -> bool:
        served.extend(cloud.invoke("busy", {"inputs": PRAISE})["model"] for _ in range(20))
        return served[-1] == "v2"

    wait_until(serves_the_new_model, seconds=20)
    assert served == sorted(served)
    assert served[0] == "v1"


@pytest.mark.parametrize(
    ("name", "archive", "reason"),
    [
        ("unloadable", archive_of(UNLOADABLE_MODEL), "the weights are missing"),
        ("misplaced", archive_of(PICKY_MODEL, "inference.py"), "No such file or directory"),
        ("nonsense", b"nonsense", "not a gzip file"),
        ("climbing", archive_of("", "../outside"), "outside the destination"),
    ],
    # Ids, because archives contain their time: each worker of pytest would have other test names.
    ids=["unloadable", "misplaced", "nonsense", "climbing"],
)
def test_an_endpoint_keeps_its_model_if_the_new_one_does_not_start(
    cloud: Cloud, name: str, archive: bytes, reason: str
) -> None:
    cloud.deliver(name, archive)
    cloud.create(f"keeps-v1-{name}", "v1")
    described = cloud.update(f"keeps-v1-{name}", name)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v1")
    assert reason in described["FailureReason"]
    assert cloud.invoke(f"keeps-v1-{name}", {"inputs": PRAISE})["model"] == "v1"
    assert cloud.create(f"fails-{name}", name)["EndpointStatus"] == "Failed"


def test_an_endpoint_whose_configuration_is_deleted_still_answers(cloud: Cloud) -> None:
    cloud.deliver("deleted", archive_of(PICKY_MODEL))
    cloud.create("orphan", "deleted")
    cloud.sagemaker.delete_endpoint_config(EndpointConfigName="deleted")
    assert cloud.invoke("orphan", 2) == 0.5


def test_a_request_in_flight_is_answered_by_the_model_that_took_it(cloud: Cloud) -> None:
    cloud.deliver("slow", archive_of(SLOW_MODEL))
    cloud.create("patient", "slow")
    cloud.sagemaker.update_endpoint(EndpointName="patient", EndpointConfigName="v1")
    assert cloud.invoke("patient", {}) == "slow"
    assert cloud.wait_until_settled("patient")["EndpointConfigName"] == "v1"


def test_a_new_model_gets_all_requests_after_the_bake(cloud: Cloud) -> None:
    cloud.create("careful", "v1")
    cloud.start_baking("careful", "v2")
    assert cloud.invoke("careful", {"inputs": PRAISE})["model"] == "v2"
    described = cloud.wait_until_settled("careful")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v2")


def test_an_alarm_during_the_bake_rolls_the_endpoint_back(cloud: Cloud) -> None:
    cloud.create("rolls-back", "v1")
    cloud.start_baking("rolls-back", "v2")
    for state in ("ALARM", "OK"):
        cloud.cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="a test")
        described = cloud.wait_until_settled("rolls-back")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v1")
    assert f"are in ALARM state: {ALARM}" in described["FailureReason"]
    assert cloud.invoke("rolls-back", {"inputs": PRAISE})["model"] == "v1"
