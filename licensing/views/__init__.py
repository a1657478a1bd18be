"""Pages of the licensing room, a module for each subject."""
