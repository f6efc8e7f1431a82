"""Names by content, for what SageMaker can't change: another content is another thing, beside the old one."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cdktf import TerraformResourceLifecycle

from config import names

# What is live is never deleted under it: new ones first, then the roll, old ones last.
NEW_BEFORE_OLD = TerraformResourceLifecycle(create_before_destroy=True)


def content_hash(known_to_terraform: Sequence[str], settings: Any) -> str:
    """Twelve digits made of what Terraform knows when it plans, and of the settings."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    content = f'sha256("{" ".join([*known_to_terraform, digest])}")'
    return f"${{substr({content}, 0, {names.CONTENT_HASH_LENGTH})}}"
