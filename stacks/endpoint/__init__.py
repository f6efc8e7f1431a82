"""The parts of one model's endpoint.

Most resources are at the top of the stack, because their short addresses keep plans readable. A part of one
resource is a subclass of that resource. A part of several resources (`Versions`, `RollbackAlarms`,
`ReplacementTriggers`) is a plain class that adds them to the stack: a Construct would add its own name to
their addresses.
"""
