"""Which fleet a failed smoke request is held against while two fleets answer.

InvokeEndpoint names the variant that answered, not the fleet. So a failure counts against the new fleet only
if it cannot be the old fleet's: the old fleet passes the same request, or so many requests in a row failed
that the new fleet must be among those that answered. Where the new fleet answers alone, each failure counts.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from dataclasses import dataclass, replace

from lambda_src.shared.sampling import CERTAIN, REACHED, requests_to_reach


@dataclass(frozen=True)
class Trial:
    """The answers so far, while the new fleet gets at least `share` of the requests.

    `old_passes` is whether the old fleet is known to pass the request.
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
    def failed(self) -> bool:
        """The new fleet failed the request."""
        if self.old_passes:
            return self.failures_in_a_row > 0
        return self.failures_in_a_row >= requests_to_reach(self.share, CERTAIN)

    @property
    def over(self) -> bool:
        enough = self.sent >= requests_to_reach(self.share, REACHED)
        return self.failed or (enough and self.failures_in_a_row == 0)
