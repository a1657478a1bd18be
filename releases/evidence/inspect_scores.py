"""The scores of a log of Inspect, each beside its standard error."""

from releases.evidence.inspect_header import Header
from releases.evidence.scores import Scores
from releases.evidence.texts import as_count, as_dict, as_line, as_list, as_number

_STDERRS = ("stderr", "bootstrap_stderr", "bootstrap_std")
# What a standard error of the mean, which Inspect's are, is the error of.
_MEANS = ("accuracy", "mean")
_SPREADS = ("std", "var")


def read_scores(header: Header) -> Scores:
    """Return the metrics of every scorer and reducer that are not themselves standard errors."""
    scores = Scores()
    completed = as_count(header.results.get("completed_samples"))
    for entry in as_list(header.results.get("scores")):
        score = as_dict(entry)
        samples = as_count(score.get("scored_samples"))
        if samples is None and completed is not None:
            # Older logs do not say: what was completed, once for all epochs.
            samples = completed // header.epochs
        metrics = {key: as_dict(metric) for key, metric in as_dict(score.get("metrics")).items()}
        stderr = _stderr(metrics)
        measured = [key for key, metric in metrics.items() if _last(key, metric) not in _STDERRS]
        for key in measured or list(metrics):
            metric = metrics[key]
            scores.add(
                (header.run.get("task"), key, _scorer(score)),
                metric.get("value"),
                stderr if measured and _is_mean(key, metric, measured) else None,
                samples,
            )
    return scores


def _scorer(score: dict[str, object]) -> str:
    """Return `scorer`, `scorer.value` where it gives several, and the reducer behind a slash."""
    scorer, name = as_line(score.get("scorer"), 100), as_line(score.get("name"), 100)
    shown = name if not scorer or name == scorer else f"{scorer}.{name}"
    reducer = as_line(score.get("reducer"), 60)
    return f"{shown}/{reducer}" if reducer else shown


def _last(key: str, metric: dict[str, object]) -> str:
    return (as_line(metric.get("name")) or key).rpartition("/")[2]


def _stderr(metrics: dict[str, dict[str, object]]) -> float | None:
    """Return the widest where there are several ways to it; one below zero is for who adds it."""
    found = [
        number
        for key, metric in metrics.items()
        if _last(key, metric) in _STDERRS and (number := as_number(metric.get("value"))) is not None
    ]
    return min(found) if any(each < 0 for each in found) else max(found, default=None)


def _is_mean(key: str, metric: dict[str, object], measured: list[str]) -> bool:
    if metric.get("group"):
        return False
    name = _last(key, metric)
    return name in _MEANS or (len(measured) == 1 and name not in _SPREADS)
