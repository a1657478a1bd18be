"""Evidence that machines can read: logs of evaluation tools, read as they are.

Pure readers: no database, and none of the tools that wrote the files. What comes in is a file that
somebody uploaded; nothing in it is trusted.
"""

from releases.evidence.report import (
    FLAGS,
    EvidenceProblem,
    Flag,
    Report,
    Sample,
    Score,
    draw_samples,
    read_report,
)

__all__ = [
    "FLAGS",
    "EvidenceProblem",
    "Flag",
    "Report",
    "Sample",
    "Score",
    "draw_samples",
    "read_report",
]
