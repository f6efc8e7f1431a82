"""What each command does, without a terminal: one module for each command or question."""
