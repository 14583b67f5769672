"""Makes a picture smaller, whoever made it."""

from __future__ import annotations

from io import BytesIO

QUALITY = 90


def scaled(data: bytes, form: str, size: tuple[int, int]) -> bytes:
    """The picture in this size and its own format; what nobody can decode stays as it is."""
    from PIL import Image  # heavy, and only few bring pictures

    out = BytesIO()
    try:
        with Image.open(BytesIO(data), formats=[form.upper()]) as picture:
            picture.draft("RGB", size)
            picture.resize(size).save(out, form.upper(), quality=QUALITY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return data
    return out.getvalue()
