"""Takes secrets out of what is written down: tokens, keys and passwords, told by their shape, their name or their use.

Every journal passes through here, and what stands in no journal is in no warehouse, report or export either.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MASK = "***"

SHAPES = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"hf_[A-Za-z0-9]{16,}|api_org_[A-Za-z0-9]{16,}"  # Hugging Face
    r"|gh[oprsu]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}"  # GitHub, GitLab
    r"|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Z0-9])|AIza[\w-]{30,}"  # Amazon, Google
    r"|sk-(?=[\w-]*\d)[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|pypi-[\w-]{16,}"
    r"|dapi[0-9a-f]{32}|wandb_v\d_\w{20,}|nvapi-[\w-]{20,}"  # Databricks, Weights & Biases, NVIDIA
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"  # JSON Web Token
    r")"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
"""What is a secret wherever it stands."""

USER = re.compile(r"(?<=://)(?:[^\s/?#'\"@]+|[^\s/:@'\"]+:(?!\d{1,5}/)[^\s'\"@]+)@")
"""User and password of a URL; a password may hold a slash, a port may be followed by one."""

BEARER = re.compile(r"\b(bearer|basic)(\s+)(?=\S*[\d+/=._-])[\w.~+/=-]{8,}", re.IGNORECASE)
"""What follows ``Authorization: Bearer``."""

HINT = re.compile(r"token|passw|passphrase|secret|key|credential|authorization|signature", re.IGNORECASE)
"""A text without any of these words gives nothing a secret's name."""

NAMED = re.compile(
    r"""(?<![\w.-])(?:"""
    r"""(?P<before>(?P<name>-{0,2}[A-Za-z_][\w.-]*)(?:\\?["'])?\s*(?P<mark>=|:(?!//))\s*)"""
    r"""(?P<value>(?P<quote>\\?["']).*?(?P=quote)|[^\s"',;&)}\]\\]+)"""
    r"""|(?P<option>--(?P<flag>[\w-]+)\s+)(?P<argument>'[^']*'|"[^"]*"|[^\s-]\S*)"""
    r""")""",
)
"""``name=value``, ``"name": "value"`` and ``--name value``."""

WORDS = frozenset({"password", "passwd", "passphrase", "secret", "credential", "credentials", "authorization"})
"""Last words of the names of secrets."""

KEYS = frozenset(
    {"access", "account", "api", "auth", "encryption", "license", "private", "secret", "signing", "ssh", "storage"}
    | {"anthropic", "aws", "azure", "comet", "hf", "neptune", "openai", "wandb"}
)
"""Words that make a secret of the ``key`` behind them, services among them."""

TEXT_TOKENS = frozenset(
    {"additional", "begin", "bos", "class", "cls", "current", "each", "end", "eos", "first", "image", "last", "mask"}
    | {"new", "next", "no", "pad", "per", "prefix", "sep", "special", "start", "stop", "unexpected", "unk", "unknown"}
)
"""Words that make a piece of text of the ``token`` behind them."""

HARMLESS = frozenset({"", "none", "null", "true", "false", "unset", MASK})

LONG_WORD = 16
"""Letters from which on a word behind a colon is no prose: ``unexpected token: the``."""

PLAIN = (float, int, type(None))
"""What holds no text, and is asked for first: an abstract class takes long to say no."""

SHORTEST = 8
"""Characters of a variable's value from which on it is looked for everywhere: ``1`` stands in too many places."""


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Tell whether what is called *name* is a secret.

    >>> [is_secret(name) for name in ("HF_TOKEN", "apiKey", "AWS_SECRET_ACCESS_KEY", "eos_token", "max_new_tokens")]
    [True, True, True, False, False]
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    *before, last = [word for word in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if word] or [""]
    previous = before[-1] if before else ""
    if last == "id" and previous == "key":
        return before[-2:-1] == ["access"]
    if last == "token":
        return previous not in TEXT_TOKENS
    if last in ("key", "signature"):
        return previous in KEYS or (last == "signature" and previous == "amz")
    return last in WORDS or last in ("apikey", "authtoken", "accesstoken", "accesskey")


class Redactor:
    """Masks secrets; the values of the environment's own secrets are known, and found wherever they stand."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        known = {value for name, value in environment.items() if is_secret(name) and len(value) >= SHORTEST}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __call__(self, value: Any) -> Any:
        """Return *value*, tables and lists included, without secrets."""
        if isinstance(value, str):
            return self.text(value) if len(value) >= SHORTEST else value
        if isinstance(value, dict) or (not isinstance(value, PLAIN) and isinstance(value, Mapping)):
            return {name: self.named(name, inner) for name, inner in value.items()}
        return [self(inner) for inner in value] if isinstance(value, list | tuple) else value

    def text(self, text: str) -> str:
        """Return *text* without secrets."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        text = USER.sub(f"{MASK}@", SHAPES.sub(MASK, text))
        if not HINT.search(text):
            return text
        return NAMED.sub(masked, BEARER.sub(rf"\1\2{MASK}", text))

    def named(self, name: Any, value: Any) -> Any:
        """Return *value*, as it stands under *name*, without secrets."""
        if not isinstance(value, str):
            return self(value)
        if is_secret(name if isinstance(name, str) else str(name)) and value.lower() not in HARMLESS:
            return MASK
        return self.text(value) if len(value) >= SHORTEST else value


def masked(found: re.Match[str]) -> str:
    """Return a name with its value, the value masked where the name is that of a secret.

    >>> NAMED.sub(masked, "run --token=abc --hub-token abc 'api_key': 'a b', pad_token=x")
    "run --token=*** --hub-token *** 'api_key': '***', pad_token=x"
    """
    if found["option"]:
        return f"{found['option']}{MASK}" if is_secret(found["flag"]) else found[0]
    quote = found["quote"] or ""
    value = found["value"][len(quote) : -len(quote)] if quote else found["value"]
    prose = found["mark"] == ":" and not quote and value.isalpha() and len(value) < LONG_WORD
    if prose or value.lower() in HARMLESS or not is_secret(found["name"]):
        # what is quoted may be a text that holds a secret of its own
        return f"{found['before']}{quote}{NAMED.sub(masked, value)}{quote}" if quote else found[0]
    return f"{found['before']}{quote}{MASK}{quote}"
