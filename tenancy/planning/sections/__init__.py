"""Sections of a plan, one module each."""
