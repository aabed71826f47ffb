"""OGC API Features over the registry: every layer a collection (docs/feeds.md)."""
