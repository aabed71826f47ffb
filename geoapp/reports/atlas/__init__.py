"""One bound volume of many reports: a front, a chapter for each region, an end; printed apart and joined as one PDF."""
