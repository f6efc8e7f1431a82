"""Whether the new fleet fails the smoke request, while the old and the new fleet both answer.

InvokeEndpoint names the variant that answered, but not the fleet. So a failure counts against the new fleet
only if it cannot come from the old fleet: because the old fleet passes the same request, or because so many
requests in a row failed that the new fleet must have answered one of them. While the new fleet answers alone,
each failure counts.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from dataclasses import dataclass, replace

from lambda_src.shared.sampling import CERTAIN, REACHED, requests_to_reach


@dataclass(frozen=True)
class Trial:
    """The answers so far, while the new fleet receives at least `share` of the requests.

    `old_passes` says whether the old fleet is known to pass the request.
    """

    share: float
    old_passes: bool
    sent: int = 0
    failures_in_a_row: int = 0

    def after(self, *, passed: bool) -> "Trial":
        return replace(
            self,
            sent=self.sent + 1,
            failures_in_a_row=0 if passed else self.failures_in_a_row + 1,
        )

    @property
    def has_failed(self) -> bool:
        """Whether the new fleet failed the request."""
        if self.old_passes:
            return self.failures_in_a_row > 0
        return self.failures_in_a_row >= requests_to_reach(self.share, CERTAIN)

    @property
    def is_over(self) -> bool:
        """Whether no further request can change the result."""
        enough = self.sent >= requests_to_reach(self.share, REACHED)
        return self.has_failed or (enough and self.failures_in_a_row == 0)
