"""A prover that fails, is absent, or is not of this version."""

from tests.unit.rollforward.account import MODEL, PROVER, V1, V2, Account
from tests.unit.rollforward.fake_aws import AwsRefusal
from tests.unit.rollforward.operations.test_prove import prove, rolled_back


def test_a_prover_that_fails_names_its_log(aws: Account) -> None:
    aws.serve(V1)
    aws.prover[PROVER] = [{"errorMessage": "Task timed out"}]
    ran = prove()
    assert (ran.code, ran.err) == (
        1,
        "error: cannot prove sentiment: the function rollforward-dev-prover failed with 'Task timed out': "
        "see the log group /aws/lambda/rollforward-dev-prover\n",
    )


def test_a_prover_that_does_not_know_what_was_asked_for_is_an_error(aws: Account) -> None:
    """A prover of an older version ignores the configuration, and says that the live one is proven."""
    rolled_back(aws, pointed=V2)
    aws.prover_says("live", live=V1, asked=V1)
    ran = prove()
    assert ran.code == 1
    assert f"does not know that the last apply asked for {V2}" in ran.err
    assert "Run `rollforward apply --env dev`" in ran.err


def test_a_prover_of_another_version_names_the_command_that_deploys_it(aws: Account) -> None:
    aws.serve(V1)
    aws.prover[PROVER] = [{"verdict": "live", "model": MODEL}]
    ran = prove()
    assert ran.code == 1
    assert "is of another version than this command. Run `rollforward apply --env dev`" in ran.err


def test_a_prover_that_is_not_deployed_names_the_stack_to_deploy(aws: Account) -> None:
    aws.serve(V1)
    aws.refusals["invoke"] = AwsRefusal("ResourceNotFoundException", status=404)
    ran = prove()
    assert ran.code == 1
    assert "does not exist: deploy the stack dev-lambda first" in ran.err
