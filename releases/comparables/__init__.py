"""Other developers' models, to compare a release with: what a reference states and when it stands.

Pure rules: no database, no clock.
"""
