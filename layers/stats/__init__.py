"""Usage summed by region and period, classified and compared."""
