"""What is held about one water user or permit holder: found, written out for the person, and made nameless on request."""
