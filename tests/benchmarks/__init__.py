"""Benchmarks on the twelve-month demo city that `./shuitu up` loads; each prints its ratio to a reference of the same run."""
