"""The base of every stack: the provider, the state backend and the tags."""

from cdktf import S3Backend, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from config import names
from config.schema.settings import Environment


class RollforwardStack(TerraformStack):
    """A stack `<environment>-<part>`, whose state has the key `<project>/<environment>/<part>.tfstate`."""

    def __init__(self, scope: Construct, part: str, *, environment: Environment) -> None:
        super().__init__(scope, names.stack(environment, part))
        AwsProvider(
            self,
            "aws",
            region=environment.region,
            # Terraform fails before it changes another account with the wrong credentials.
            allowed_account_ids=[environment.account],
            default_tags=[AwsProviderDefaultTags(tags=environment.all_tags)],
        )
        S3Backend(
            self,
            bucket=environment.state.bucket,
            key=names.state_key(environment, part),
            region=environment.region,
            encrypt=True,
        )
        # cdktf 0.21 has no property for the lock file, which is an object beside the state.
        self.add_override("terraform.backend.s3.use_lockfile", True)
