"""The one way in which a delivery is turned down."""


class Refusal(Exception):
    """A delivery that must not be registered; its text tells its author what to change."""

    @property
    def reason(self) -> str:
        return str(self)
