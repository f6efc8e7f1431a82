"""The runtime API: real-time and asynchronous invocations of an endpoint."""
