"""Maps and charts as vectors, measured in millimetres of the printed page."""
