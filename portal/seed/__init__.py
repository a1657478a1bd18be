"""The demo's instance: people, a board, models with real weights, applications and grants."""
