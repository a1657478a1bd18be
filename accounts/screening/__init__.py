"""Names against lists of restricted parties. Pure: no database, no Django models.

`lists` read files, `folding` brings a name into one shape, `blocking` says which pairs are worth
a look, `matching` scores a pair and says where it goes, `index` does all that for one subject
against all of a list. Scores route, people decide.
"""
