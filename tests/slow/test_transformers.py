"""What a recipient downloads is a model: `transformers` loads it, by itself too, and it computes.

Runs with the interpreter that SLUICE_TORCH_PYTHON names, which has torch and transformers; the
portal itself needs neither.
"""

import hashlib
import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.browser.running import Portal

PYTHON = os.environ.get("SLUICE_TORCH_PYTHON", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON, reason="needs SLUICE_TORCH_PYTHON, a Python with torch and transformers"
    ),
]

RELEASE = "/models/demo/heron/v1.0/"
SCRIPT = """
import json, sys, torch
from transformers import AutoModelForCausalLM, AutoTokenizer
source, text = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(source)
model, info = AutoModelForCausalLM.from_pretrained(source, output_loading_info=True)
inputs = tokenizer(text, return_tensors="pt")
with torch.no_grad():
    logits = model(**inputs).logits
print(json.dumps({
    "missing": sorted(info["missing_keys"]),
    "unexpected": sorted(info["unexpected_keys"]),
    "parameters": sum(parameter.numel() for parameter in model.parameters()),
    "text": tokenizer.decode(inputs.input_ids[0]),
    "shape": list(logits.shape),
    "tokens": inputs.input_ids.shape[1],
    "finite": bool(torch.isfinite(logits).all()),
    "varied": bool(logits.std() > 0),
}))
"""


def fetch(portal: Portal, path: str, token: str) -> bytes:
    request = urllib.request.Request(
        f"{portal.url}{RELEASE}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return bytes(response.read())


def test_transformers_loads_the_downloaded_model_and_runs_it(
    portal: Portal, tmp_path: Path
) -> None:
    created = portal.manage("create_token", "deployer@demo.example", "--rights", "weights")
    token = created.stdout.strip()
    for line in fetch(portal, "SHA256SUMS", token).decode().splitlines():
        sha256, _, path = line.partition("  ")
        body = fetch(portal, f"files/{path}", token)
        assert hashlib.sha256(body).hexdigest() == sha256
        (tmp_path / path).write_bytes(body)
    check_model(str(tmp_path), HF_HUB_OFFLINE="1")


def test_transformers_loads_the_model_by_its_name_from_the_portal(
    portal: Portal, tmp_path: Path
) -> None:
    created = portal.manage("create_token", "deployer@demo.example", "--rights", "weights")
    hub = {"HF_ENDPOINT": f"{portal.url}/hf", "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "0"}
    check_model("demo/heron", HF_TOKEN=created.stdout.strip(), **hub)


def check_model(source: str, **environment: str) -> None:
    """Load a model from a directory or by name, and see that it computes."""
    text = "The heron stands in the water – naïve, 鷺 \n  end"
    result = subprocess.run(
        [PYTHON, "-c", SCRIPT, source, text],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": "", **environment},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.splitlines()[-1])
    assert (found["missing"], found["unexpected"]) == ([], [])
    assert 25_000_000 < found["parameters"] < 35_000_000
    assert found["text"] == text
    assert found["shape"] == [1, found["tokens"], 384]
    assert found["finite"]
    assert found["varied"]
