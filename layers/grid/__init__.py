"""Street-level grids: cells, units (cell ∩ township), and every litre of use assigned to them. See docs/grid.md."""
