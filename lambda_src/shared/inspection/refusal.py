"""How the inspection refuses an archive."""


class Refusal(Exception):
    """The delivery must not be registered; the text tells its author what to change."""

    @property
    def reason(self) -> str:
        return str(self)
