"""Whether the tests would notice: small faults put into the modules that every figure passes through, one at a time."""
