"""The administration, a module a stage: lists that stay fast, maps of our own, and changes that are small imports."""
