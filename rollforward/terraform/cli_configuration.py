"""Writes the CLI configuration that Terraform runs with.

https://developer.hashicorp.com/terraform/cli/config/config-file
"""

import json
import os
from pathlib import Path

from rollforward.terraform.provider_mirror import PROVIDER, provider_mirror

# Terraform asks every source that may have a provider, and fails if a source does not answer.
FROM_MIRROR = """\
provider_installation {{
  filesystem_mirror {{
    path    = {path}
    include = [{provider}]
  }}
  direct {{
    exclude = [{provider}]
  }}
}}
"""


def cli_environment(folder: Path) -> dict[str, str]:
    """The environment variables that Terraform runs with. Write the CLI configuration that they name.

    Terraform then asks no questions, and installs its provider from a mirror if this machine has one. If the
    user has a CLI configuration, Terraform uses that one.
    """
    settings = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    users_own = os.environ.get("TF_CLI_CONFIG_FILE")
    if users_own and Path(users_own).is_file():
        return settings
    folder.mkdir(parents=True, exist_ok=True)
    cache = folder / "plugin-cache"
    cache.mkdir(exist_ok=True)
    text = (
        f"plugin_cache_dir = {json.dumps(str(cache))}\n"
        # Without this, each new stack would download the provider again.
        "plugin_cache_may_break_dependency_lock_file = true\n"
    )
    if mirror := provider_mirror():
        text = FROM_MIRROR.format(path=json.dumps(str(mirror)), provider=json.dumps(str(PROVIDER)))
    configuration = folder / "terraform.rc"
    configuration.write_text(text, "utf-8")
    return {**settings, "TF_CLI_CONFIG_FILE": str(configuration)}
