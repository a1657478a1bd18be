"""A report as it is printed, and as JSON with keys that stay (docs/evidence.md)."""

from dataclasses import asdict

from releases.evidence.told import Report, Score


def as_json(report: Report) -> dict[str, object]:
    """Return a report as JSON; what is not known is null."""
    shown: dict[str, object] = asdict(report)
    shown["ran_at"] = report.ran_at.isoformat() if report.ran_at else None
    return shown


def as_lines(report: Report) -> list[str]:
    """Return a report as lines of text."""
    lines = [
        f"Format:       {report.format}",
        f"Status:       {report.status}",
        f"Completeness: {_completeness(report)}",
        f"Tool:         {report.tool}",
        f"Task:         {report.task}",
        f"Model:        {report.model}",
        f"Ran at:       {report.ran_at.isoformat() if report.ran_at else 'unknown'}",
        f"Release:      {report.bound_digest or 'not named'}",
        f"Scores:       {len(report.scores)}",
    ]
    lines += [f"  {_score(score)}" for score in report.scores]
    lines.append(f"Flags:        {len(report.flags) or 'none'}")
    lines += [f"  {flag.code}: {flag.sentence}" for flag in report.flags]
    return lines


def _completeness(report: Report) -> str:
    known = report.total is not None and report.completed is not None
    counted = f"{report.completed} of {report.total} samples" if known else "not counted"
    return f"{'complete' if report.complete else 'not complete'} ({counted})"


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count} samples"


def _score(score: Score) -> str:
    error = "no standard error" if score.stderr is None else f"± {score.stderr:.6g}"
    count = "samples not counted" if score.samples is None else _samples(score.samples)
    better = {True: ", higher is better", False: ", lower is better", None: ""}
    filtered = f" [{score.filter}]" if score.filter else ""
    return (
        f"{score.task}: {score.metric}{filtered} {score.value:.6g} ({error}, {count}"
        f"{better[score.higher_is_better]})"
    )
