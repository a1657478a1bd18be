"""Which program asks, from its User-Agent: a name and a version for display, never for a rule."""

import re

# The product that tells most comes first: browsers name several others' products as well.
_FAMILIES = (
    ("hf_hub", "huggingface_hub"),
    ("curl", "curl"),
    ("wget", "Wget"),
    ("aria2", "aria2"),
    ("git-lfs", "git-lfs"),
    ("python-httpx", "httpx"),
    ("python-requests", "requests"),
    ("edg", "Edge"),
    ("opr", "Opera"),
    ("firefox", "Firefox"),
    ("chrome", "Chrome"),
    ("version", "Safari"),
)
_PRODUCT = re.compile(
    r"([A-Za-z][A-Za-z0-9._-]{0,40})/([0-9A-Za-z][0-9A-Za-z._+-]{0,20})", re.ASCII
)
# The hub's clients put the library that uses them first, and this word where there is none.
_NO_LIBRARY = "unknown"


def client_name(user_agent: str) -> str:
    """Return for example "curl 7.88.1" or "transformers 5.23.0"; empty where nothing is said."""
    products = {name.lower(): (name, version) for name, version in _PRODUCT.findall(user_agent)}
    if not products:
        return ""
    first = next(iter(products))
    if "hf_hub" in products and first not in {"hf_hub", _NO_LIBRARY}:
        return " ".join(products[first])
    for product, family in _FAMILIES:
        if product in products:
            return f"{family} {products[product][1]}"
    return " ".join(products[first])
