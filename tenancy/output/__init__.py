"""Text, Markdown and JSON of what was found, planned and done."""
