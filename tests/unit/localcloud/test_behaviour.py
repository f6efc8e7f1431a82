"""The options of the local cloud, on their way to its servers."""

from localcloud.behaviour import Behaviour


def test_a_server_behaves_as_its_environment_says() -> None:
    slow = Behaviour(deleting_seconds=30)
    assert Behaviour.from_environment(slow.to_environment()) == slow


def test_a_server_that_is_told_nothing_behaves_as_usual() -> None:
    assert Behaviour.from_environment({}) == Behaviour()
