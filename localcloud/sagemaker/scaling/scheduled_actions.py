"""Scheduled actions. They are stored; nothing is scaled."""

import time

from localcloud.sagemaker.scaling.store import (
    Targets,
    is_on_target,
    not_found_error,
    page,
    require_members,
)
from localcloud.sagemaker.state import Members


def put_action(targets: Targets, params: Members) -> Members:
    """Create an action. Of an existing one, change the members of the request and keep the others.

    Start and end time are deleted if the request does not have them.
    """
    actions, name = targets.get(params).actions, params["ScheduledActionName"]
    if name not in actions:
        require_members(params, "Schedule")
        arn = targets.new_arn_on(params, "scheduledAction", f"scheduledActionName/{name}")
        actions[name] = {"ScheduledActionARN": arn, "CreationTime": time.time()}
    for member in ("StartTime", "EndTime"):
        actions[name].pop(member, None)
    actions[name] |= params
    return {}


def describe_actions(targets: Targets, params: Members) -> Members:
    names = params.get("ScheduledActionNames")
    found = [
        action
        for target in targets.all()
        for action in target.actions.values()
        if is_on_target(action, params) and (not names or action["ScheduledActionName"] in names)
    ]
    return page("ScheduledActions", found, params)


def delete_action(targets: Targets, params: Members) -> Members:
    actions, name = targets.get(params).actions, params["ScheduledActionName"]
    if name not in actions:
        raise not_found_error(f"No scheduled action found with the name {name}")
    del actions[name]
    return {}
