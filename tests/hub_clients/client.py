"""A real `huggingface_hub`, of one version, in a home of its own."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hub_clients.secure import SecurePortal


@dataclass
class HubClient:
    """Runs the command line or a few lines of Python of one version, as one person."""

    version: str
    programs: Path
    portal: SecurePortal
    home: Path
    token: str = ""
    port: int = 0
    more: dict[str, str] = field(default_factory=dict)

    @property
    def is_first(self) -> bool:
        """Whether it is of the line before 1.0, which knows no warnings and shows tracebacks."""
        return self.version.startswith("0.")

    @property
    def environment(self) -> dict[str, str]:
        certificate = str(self.portal.certificate)
        token = {"HF_TOKEN": self.token} if self.token else {}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "HF_HOME": str(self.home / "hf"),
            "HF_ENDPOINT": f"https://localhost:{self.port or self.portal.port}/hf",
            "SSL_CERT_FILE": certificate,
            "REQUESTS_CA_BUNDLE": certificate,
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "NO_COLOR": "1",
            **token,
            **self.more,
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start `hf` and do not wait for it."""
        return subprocess.Popen(
            [str(self.programs / "hf"), *arguments],
            env=self.environment,
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def hf(self, *arguments: str, fails: bool = False) -> str:
        """Run `hf` and return all that a person sees in the terminal."""
        process = self.start(*arguments)
        text, _ = process.communicate(timeout=120)
        assert (process.returncode != 0) == fails, f"exit {process.returncode}: {text}"
        return text

    def python(self, code: str) -> Any:
        """Run Python lines that set `result`; return it, or the exception as [class, text]."""
        program = (
            "import json\n"
            "from huggingface_hub import HfApi, hf_hub_download, snapshot_download\n"
            "api = HfApi()\n"
            "try:\n"
            + "".join(f"    {line}\n" for line in code.splitlines())
            + "except Exception as error:\n"
            "    result = [type(error).__name__, str(error)]\n"
            "print()\n"
            "print(json.dumps(result))\n"
        )
        done = subprocess.run(
            [str(self.programs / "python"), "-c", program],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])
