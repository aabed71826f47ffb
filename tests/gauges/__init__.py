"""Rain gauges: a kind of object that the map has never heard of, added as an installation would add one.

One model (`models`), one dataset and one entry (`kind`); `settings` name the two, and no other file of the project knows a
gauge. `walk` looks for them in every room; `test_gauges` runs it, in a process of its own because of the settings.
"""
