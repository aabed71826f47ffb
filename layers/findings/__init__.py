"""What the rules of `layers.quality` find, kept: `run` holds what they find to what they found before, `touched` checks after a
release what it touched, `verdicts` are what people say of findings, `said` puts them in words.
"""
