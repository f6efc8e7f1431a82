"""How the options of the local cloud reach its servers."""

from localcloud.behaviour import Behaviour


def test_a_server_gets_its_behaviour_from_the_environment() -> None:
    slow = Behaviour(deleting_seconds=30)
    assert Behaviour.from_environment(slow.to_environment()) == slow


def test_the_behaviour_has_defaults() -> None:
    assert Behaviour.from_environment({}) == Behaviour()
