"""Totals of an area (`layers.area`): of several regions from the kept sums, of what somebody drew from the grid, and what stands in it.

Both keep one law, to the litre: in the area + elsewhere in the city + unassigned + outside the city = recorded.
"""
