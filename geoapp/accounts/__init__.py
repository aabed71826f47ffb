"""Who comes in: log-in that slows guessing, passwords worth the name, sessions of a working day."""
