"""The languages of an installation: every word that its source says, and the catalogues in which other languages say them."""
