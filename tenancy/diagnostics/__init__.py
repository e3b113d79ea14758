"""Findings, errors, exit codes, and how they are worded."""
