"""Five samples drawn at random can be drawn again by anybody from the seed and the file."""

import hashlib
import json
from pathlib import Path

import pytest

from releases.evidence import EvidenceProblem, draw_samples
from tests.releases.evidence import zips
from tests.releases.evidence.real import altered_eval, log, results, zipped


def _by_hand(keys: list[tuple[str, int]], seed: int, count: int) -> list[tuple[str, int]]:
    """As the docstring tells it to people."""
    numbers = {
        hashlib.sha256(f"{seed}\n{name}\n{epoch}".encode()).hexdigest(): (name, epoch)
        for name, epoch in keys
    }
    return [numbers[number] for number in sorted(numbers)[:count]]


@pytest.mark.parametrize("seed", [0, 1, 20261121, -5])
def test_samples_are_drawn_as_the_documentation_says(seed: int) -> None:
    keys = [(f"sum/{n}", epoch) for n in range(1, 6) for epoch in (1, 2, 3)]
    samples = draw_samples(log("epochs.eval"), seed=seed)
    assert [(each.id, each.epoch) for each in samples] == _by_hand(keys, seed, 5)


def test_both_formats_and_every_packing_draw_the_same() -> None:
    assert (
        draw_samples(log("success.eval"), seed=3, count=3)
        == draw_samples(log("success.json"), seed=3, count=3)
        == draw_samples(log("chunked.eval"), seed=3, count=3)
    )
    assert draw_samples(log("old.eval"), seed=3) == draw_samples(log("old.json"), seed=3)


def test_another_seed_draws_others() -> None:
    drawn = {tuple(each.id for each in draw_samples(log("success.eval"), seed=n)) for n in range(9)}
    assert len(drawn) > 1


def test_a_drawn_sample_shows_what_was_asked_said_expected_and_scored() -> None:
    samples = {each.id: each for each in draw_samples(log("success.eval"), seed=1)}
    assert sorted(samples) == [f"sum/{n}" for n in range(1, 6)]
    three = samples["sum/3"]
    assert (three.input, three.output, three.target) == ("What is 3 + 3?", "I say 7.", "6")
    assert three.score == "includes: I"


def test_samples_of_lm_eval_are_drawn_by_task_document_and_filter(tmp_path: Path) -> None:
    samples = draw_samples(zipped("group", tmp_path / "run.zip"), seed=7, count=100)
    keys = [(f"sums_choice/{n}/none", 1) for n in range(8)]
    keys += [
        (f"sums_written/{n}/{name}", 1)
        for n in range(8)
        for name in ("strict-match", "flexible-extract")
    ]
    assert [(each.id, each.epoch) for each in samples] == _by_hand(keys, 7, 100)
    by_id = {each.id: each for each in samples}
    written = by_id["sums_written/4/flexible-extract"]
    assert (written.input, written.output, written.target) == ("What is 5 + 5?", "lol", "10")
    assert written.score == "exact_match: 0.0"
    chosen = by_id["sums_choice/0/none"]
    assert chosen.input == "What is 1 + 1?"
    assert chosen.score == "acc: 0.0; acc_norm: 0.0"


def test_a_file_without_records_gives_no_samples() -> None:
    assert draw_samples(results("group"), seed=1) == ()
    assert draw_samples(log("no_samples.eval"), seed=1) == ()


def test_texts_are_cut_and_shown_as_text_only(tmp_path: Path) -> None:
    def change(record: dict) -> None:
        record["input"] = [
            {"role": "system", "content": "Be\x00 brief\ud800."},
            {"role": "user", "content": [{"type": "text", "text": "x" * 9000}, {"type": "image"}]},
        ]
        record["output"] = {"choices": [{"message": {"content": [{"type": "audio"}]}}]}
        record["target"] = ["6", "six"]
        record["messages"] = ["y" * 3_000_000]
        record["scores"] = {"includes": {"value": {"a": 1, "b": None}}, "odd": 3}

    path = altered_eval(tmp_path / "log.eval", change, "samples/sum/3_epoch_1.json")
    sample = next(each for each in draw_samples(path, seed=1) if each.id == "sum/3")
    assert sample.input.startswith("system: Be\ufffd brief\ufffd.\nuser: xxx")
    assert len(sample.input) == 4001
    assert sample.output == "(audio)"
    assert sample.target == "6\nsix"
    assert sample.score == "includes: a 1, b ; odd: "
    json.dumps([sample.input, sample.score]).encode()


def test_the_scores_of_a_sample_of_lm_eval_are_cut_as_well(tmp_path: Path) -> None:
    line = {"doc_id": 0, "filter": "none", "metrics": ["acc"] * 100_000, "acc": 1.0}
    path = tmp_path / "run.zip"
    entries = {
        "results_x.json": results("plain").read_bytes(),
        "samples_sums_choice.jsonl": json.dumps(line).encode(),
    }
    (sample,) = draw_samples(zips.written(path, entries), seed=1)
    assert sample.score.startswith("acc: 1.0; acc: 1.0; ")
    assert len(sample.score) == 4001


def test_a_record_under_another_samples_name_is_refused(tmp_path: Path) -> None:
    entries = zips.contents(log("success.eval"))
    entries["samples/sum/1_epoch_1.json"] = entries["samples/sum/2_epoch_1.json"]
    path = zips.written(tmp_path / "log.eval", entries)
    with pytest.raises(EvidenceProblem, match="holds the record of another sample: sum/2"):
        draw_samples(path, seed=1)


def test_more_than_a_page_of_samples_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="at most 100"):
        draw_samples(log("success.eval"), seed=1, count=101)
