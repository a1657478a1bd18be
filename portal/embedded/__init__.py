"""The parts that `make run` and newcomers' tests bring along: database, queue, demo secrets.

Settings import this package, so nothing in it may import Django.
"""
