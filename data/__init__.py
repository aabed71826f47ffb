"""Reference tables of the authority's annex, and the recipe of the demo city made from them."""
