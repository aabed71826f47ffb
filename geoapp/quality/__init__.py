"""The work list of what is wrong with the data: findings with their verdicts, as pages and files. What finds them, and what is said of them,
is `layers.quality` and `layers.findings`.
"""
