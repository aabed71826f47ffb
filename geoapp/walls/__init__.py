"""The outer walls: what every answer carries (`headers`, `policy`), by what it is known (`ids`), and how much one asker may ask (`rates`)."""
