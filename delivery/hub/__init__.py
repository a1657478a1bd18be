"""What the Hugging Face Hub's clients ask of a server, answered from releases and the verdict.

The addresses, headers and shapes are the Hub's own; what they may be told is the portal's. A model
is a repository, a release is a commit (its digest's first 40 characters) and a tag (its version),
and `main` is the newest release that the caller may download.
"""
