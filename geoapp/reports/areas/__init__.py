"""The report of an area: several regions together, or a shape that somebody drew. Its figures are those of `layers.totals`."""
