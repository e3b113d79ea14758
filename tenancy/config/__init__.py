"""What people write: YAML documents, project files, and the models they must match."""
