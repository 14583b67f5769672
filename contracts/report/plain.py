"""What a server says, fit for a terminal and a page: what steers them is shown as a code, and steers nothing."""

from __future__ import annotations

import re

# Controls but tab and newline, marks that turn the direction of writing, and halves of characters, which no file takes.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str, short: bool = True) -> str:
    """The same text, in which an escape is written `\\x1b`; JSON knows the long form alone: `\\u001b`."""

    def code(found: re.Match[str]) -> str:
        number = ord(found[0])
        return f"\\x{number:02x}" if short and number < 0x100 else f"\\u{number:04x}"

    return STEERING.sub(code, text)
