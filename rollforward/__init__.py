"""The command `rollforward`: what an operator does, from the first deployment to a revert."""
