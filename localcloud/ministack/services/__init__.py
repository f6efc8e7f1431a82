"""Corrections of ministack's services, one module a service."""
