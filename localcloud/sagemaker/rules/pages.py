"""NextToken of lists: only a token that a list returned is valid."""

from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.state import Members, Region


def check_token(_: Region, params: Members) -> None:
    token = params.get("NextToken")
    if token is not None and not token.isdecimal():
        code = (
            "InvalidNextTokenException" if "ServiceNamespace" in params else "ValidationException"
        )
        raise AwsError(code, "The NextToken is not one that a list has returned.")
