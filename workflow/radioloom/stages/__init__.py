"""The steps of a study: objects in, objects out."""
