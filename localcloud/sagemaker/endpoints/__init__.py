"""Endpoints and their configurations, and the deployments that change an endpoint."""
