"""Reports that a bureau signs: how they look, which number they have, who compiled, checked and approved them, and what is kept."""
