from rollforward.polling import poll


def test_polling_returns_what_it_finds() -> None:
    looks = iter([None, None, "found", "not looked for"])
    assert poll(lambda: next(looks), timeout_seconds=60, pause_seconds=0) == "found"
    assert next(looks) == "not looked for"


def test_polling_looks_once_even_if_there_is_no_time() -> None:
    assert poll(lambda: "found", timeout_seconds=0, pause_seconds=60) == "found"


def test_polling_ends_after_its_timeout_with_nothing() -> None:
    found: str | None = poll(lambda: None, timeout_seconds=0.01, pause_seconds=0.01)
    assert found is None


def test_a_false_value_is_something_that_was_found() -> None:
    assert poll(lambda: 0, timeout_seconds=60, pause_seconds=60) == 0
