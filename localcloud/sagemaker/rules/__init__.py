"""What AWS refuses about a request: shapes of botocore's service models, and documented rules beyond them."""
