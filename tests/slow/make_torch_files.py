"""Writes what torch writes: python make_torch_files.py DIRECTORY. Needs torch, and nothing of ours.

Each value is saved as an archive and in the way before archives, by the protocols in use.
"""

import os
import pickle
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

NEWER = (
    "complex32",
    "float4_e2m1fn_x2",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "uint16",
    "uint32",
    "uint64",
)
OLDER = ("bool", "complex64", "complex128", "float16", "bfloat16", "float64", "int8", "int64")


class Network(torch.nn.Module):
    """Small, of our own, with a buffer and more than one kind of layer."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(3, 3)
        self.norm = torch.nn.BatchNorm1d(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return what a layer makes of it."""
        return self.inner(x)


class Calls:
    """Pickles as the call of a function."""

    def __init__(self, function: Callable[..., object], *args: object) -> None:
        self._call = (function, args)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._call


def checkpoint(network: Network) -> dict[str, Any]:
    """Return what training keeps to go on from."""
    optimizer = torch.optim.AdamW(network.parameters())
    network(torch.zeros(2, 3)).sum().backward()
    optimizer.step()
    return {
        "model": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 1).state_dict(),
        "rng": torch.get_rng_state(),
        "step": 3,
        "loss": 0.5,
        "note": b"",
    }


def values() -> dict[str, object]:
    """Return what is saved, by name."""
    network, shared = Network(), torch.zeros(10)
    quantised = torch.quantize_per_channel(
        torch.zeros(3, 2), torch.ones(3), torch.zeros(3), 0, torch.quint8
    )
    return {
        "state": network.state_dict(),
        "types": {name: torch.zeros(3, dtype=getattr(torch, name)) for name in OLDER},
        "newer": {n: torch.zeros(8, dtype=torch.uint8).view(getattr(torch, n)) for n in NEWER},
        "views": {"a": shared, "b": shared[2:5], "c": shared.view(2, 5).t(), "d": torch.zeros(0)},
        "parameters": dict(network.named_parameters()),
        "quantised": {
            "a": torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8),
            "b": quantised,
        },
        "sparse": {"a": torch.eye(4).to_sparse(), "b": torch.eye(4).to_sparse_csr()},
        "storage": torch.zeros(3).untyped_storage(),
        "checkpoint": checkpoint(network),
        "arguments": {
            "args": Namespace(lr=1e-3, out=Path("out")),
            "mean": np.zeros(3),
            "model": network.state_dict(),
        },
        "scalar": {"best": np.float64(0.5)},
        "network": network,
        "hostile": {"model": network.state_dict(), "x": Calls(os.system, "true")},
        "nested": {"x": Calls(torch.storage._load_from_bytes, b"unseen")},
    }


def main(directory: Path) -> None:
    """Write the files."""
    for name, value in values().items():
        for protocol in (2, 5):
            torch.save(value, directory / f"{name}.{protocol}.pt", pickle_protocol=protocol)
            torch.save(
                value,
                directory / f"{name}.{protocol}.bin",
                pickle_protocol=protocol,
                _use_new_zipfile_serialization=False,
            )
    torch.jit.save(torch.jit.script(Network()), directory / "script.pt")
    torch.jit.save(torch.jit.trace(Network().eval(), torch.zeros(1, 3)), directory / "trace.pt")
    (directory / "plain.pkl").write_bytes(pickle.dumps(Network().state_dict()))


main(Path(sys.argv[1]))
