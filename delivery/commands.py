"""Commands that fetch a release, to copy into a terminal. Text only; no database here.

Each reads the token from HF_TOKEN, so that none holds a secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote
from urllib.parse import quote as quote_path

from django.utils.translation import gettext as _

_HEADER = '-H "Authorization: Bearer $HF_TOKEN"'


@dataclass(frozen=True)
class File:
    """One file of a release, as far as a command needs it."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Command:
    """One block to copy, with what to know before one does."""

    key: str
    title: str
    text: str
    hint: str = ""


def commands(*, base: str, model: str, version: str, files: Sequence[File]) -> list[Command]:
    """Return the ways to fetch a release. `base` is the portal's address, `model` `ns/name`."""
    if not files:
        return []
    folder = f"{model.rpartition('/')[2]}-{version}"
    release = f"{base}/models/{model}/{version}"
    found = [_setting_up(base), _hub(model, version, folder), _python(base, model, version)]
    if _is_for_transformers(files):
        found.append(_transformers(model, version))
    return [*found, _curl(release, files), _aria2(release, folder), _checksums(release)]


def file_address(base: str, model: str, version: str, path: str) -> str:
    """Return the full address of a file, encoded."""
    return f"{base}/models/{model}/{version}/files/{quote_path(path)}"


def curl_command(address: str) -> str:
    """Return the command for an address that needs no token."""
    return f"curl -fLO -C - {quote(address)}"


def aria2_input(entries: Sequence[tuple[str, File]]) -> str:
    """Return the text of an input file for aria2, from addresses and their files."""
    return "".join(
        f"{address}\n  out={file.path}\n  checksum=sha-256={file.sha256}\n"
        for address, file in entries
    )


def _setting_up(base: str) -> Command:
    return Command(
        key="setup",
        title=_("First, once in your shell"),
        text=f"export HF_ENDPOINT={quote(f'{base}/hf')}\nexport HF_TOKEN=slu_...",
        hint=_("The commands below read the token from HF_TOKEN."),
    )


def _hub(model: str, version: str, folder: str) -> Command:
    return Command(
        key="hf",
        title="hf download",
        text=f"hf download {quote(model)} --revision {quote(version)} --local-dir {quote(folder)}",
        hint=_(
            "After a break, run it again: finished files are kept. For very large files use curl "
            "or aria2, which go on in the middle of a file."
        ),
    )


def _python(base: str, model: str, version: str) -> Command:
    text = (
        "from huggingface_hub import snapshot_download\n\n"
        "path = snapshot_download(\n"
        f'    "{model}", revision="{version}", endpoint="{base}/hf"\n'
        ")"
    )
    return Command(key="python", title=_("Python"), text=text)


def _transformers(model: str, version: str) -> Command:
    text = (
        "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        f'tokenizer = AutoTokenizer.from_pretrained("{model}", revision="{version}")\n'
        f'model = AutoModelForCausalLM.from_pretrained("{model}", revision="{version}")'
    )
    hint = _("HF_ENDPOINT must be set before Python starts.")
    return Command(key="transformers", title="transformers", text=text, hint=hint)


def _is_for_transformers(files: Sequence[File]) -> bool:
    """Tell whether the release looks like what transformers loads."""
    paths = {file.path for file in files}
    weights = any("/" not in path and path.endswith(".safetensors") for path in paths)
    return weights and {"config.json", "tokenizer_config.json"} <= paths


def _curl(release: str, files: Sequence[File]) -> Command:
    largest = max(files, key=lambda file: file.size)
    address = f"{release}/files/{quote_path(largest.path)}"
    return Command(
        key="curl",
        title="curl",
        text=f"curl -fLO -C - {_HEADER} {quote(address)}",
        hint=_("The largest file. After a break, run it again: it goes on where it stopped."),
    )


def _aria2(release: str, folder: str) -> Command:
    text = (
        f"curl -fLO {_HEADER} {quote(f'{release}/aria2.txt')}\n"
        'aria2c --header="Authorization: Bearer $HF_TOKEN" --continue=true '
        f"--auto-file-renaming=false --dir={quote(folder)} --input-file=aria2.txt"
    )
    hint = _("All files, several at once, each checked against its SHA-256.")
    return Command(key="aria2", title="aria2", text=text, hint=hint)


def _checksums(release: str) -> Command:
    return Command(
        key="sha256sum",
        title=_("Check what you have"),
        text=(
            f"curl -fLO {_HEADER} {quote(f'{release}/SHA256SUMS')}\n"
            "sha256sum --check --ignore-missing SHA256SUMS"
        ),
        hint=_("In the directory that holds the files. hf download does not check by itself."),
    )
