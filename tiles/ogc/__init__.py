"""OGC API Tiles: the vector tiles of every layer, and of all of them together, under the addresses of the standard."""
