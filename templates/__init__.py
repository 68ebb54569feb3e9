"""Report texts: each asks saved queries and formats the answers."""
