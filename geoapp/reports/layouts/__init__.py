"""How reports are laid out: which sections in which order, as data that an authority can change."""
