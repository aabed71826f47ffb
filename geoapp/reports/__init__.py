"""Printable reports of a region and period: one structure of figures, and the forms it is written in."""
