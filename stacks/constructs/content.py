"""Names by content, for what SageMaker can't change: new content gets a new name, beside the old resource."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cdktf import TerraformResourceLifecycle

from config import names

# Terraform creates the new resource, rolls the endpoint to it, and then deletes the old one. What is live is
# never deleted.
NEW_BEFORE_OLD = TerraformResourceLifecycle(create_before_destroy=True)


def content_hash(known_to_terraform: Sequence[str], settings: Any) -> str:
    """The expression of a hash of twelve hexadecimal digits.

    `known_to_terraform` are expressions that Terraform evaluates when it plans; `settings` is JSON that is
    known at synth.
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    content = f'sha256("{" ".join([*known_to_terraform, digest])}")'
    return f"${{substr({content}, 0, {names.CONTENT_HASH_LENGTH})}}"
