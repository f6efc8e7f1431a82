from typing import Any

from lambda_src.shared.description import description


def test_a_description_looks_only_at_the_start_of_a_long_text() -> None:
    class Watched(str):
        """Fails if all of it is walked through."""

        def __iter__(self) -> Any:
            raise AssertionError("the whole text is read")

    assert len(description(Watched("x" * 1_000_000))) == 1024
