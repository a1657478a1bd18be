"""The commands on the release page, as text."""

import shlex

from delivery.commands import File, aria2_input, commands, curl_command, file_address

BASE = "https://sluice.example.org"
CONFIG = File("config.json", 700, "a" * 64)
SHARD = File("model-00001-of-00002.safetensors", 5_000_000, "b" * 64)
TOKENIZER = File("tokenizer_config.json", 40, "c" * 64)
ODD = File("sub dir/naïve #1+2%.txt", 9, "d" * 64)


def texts(*files: File) -> dict[str, str]:
    found = commands(base=BASE, model="demo/heron", version="v1.0+a", files=files)
    return {command.key: command.text for command in found}


def test_each_client_gets_its_command() -> None:
    found = texts(CONFIG, SHARD, TOKENIZER)
    assert list(found) == [
        "setup", "hf", "python", "transformers", "curl", "aria2", "sha256sum",
    ]  # fmt: skip
    assert "HF_ENDPOINT=https://sluice.example.org/hf" in found["setup"]
    assert found["hf"] == "hf download demo/heron --revision v1.0+a --local-dir heron-v1.0+a"
    assert 'endpoint="https://sluice.example.org/hf"' in found["python"]
    assert found["curl"].endswith("/models/demo/heron/v1.0+a/files/" + SHARD.path)
    assert "--input-file=aria2.txt" in found["aria2"]
    assert "sha256sum --check" in found["sha256sum"]


def test_transformers_is_offered_only_for_what_it_loads() -> None:
    assert "transformers" not in texts(CONFIG, SHARD)
    assert "transformers" not in texts(CONFIG, TOKENIZER)


def test_no_command_without_files() -> None:
    assert texts() == {}


def test_no_command_holds_more_of_a_token_than_its_name() -> None:
    for text in texts(CONFIG, SHARD, TOKENIZER).values():
        assert "Bearer $HF_TOKEN" in text or "Bearer" not in text


def test_an_odd_name_is_one_word_for_the_shell() -> None:
    address = file_address(BASE, "demo/heron", "v1.0", ODD.path)
    assert address.endswith("/files/sub%20dir/na%C3%AFve%20%231%2B2%25.txt")
    assert shlex.split(curl_command(address))[-1] == address
    assert shlex.split(curl_command(f"{BASE}/d/x/it's"))[-1] == f"{BASE}/d/x/it's"


def test_the_input_for_aria2_names_address_place_and_checksum() -> None:
    assert aria2_input([("https://x/1", CONFIG), ("https://x/2", ODD)]) == (
        f"https://x/1\n  out=config.json\n  checksum=sha-256={'a' * 64}\n"
        f"https://x/2\n  out=sub dir/naïve #1+2%.txt\n  checksum=sha-256={'d' * 64}\n"
    )
