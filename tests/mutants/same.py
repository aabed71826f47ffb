"""Mutants that no test can kill, as they change nothing that can be seen: function → the line as mutated → why."""

SAME: dict[str, dict[str, str]] = {}
