"""Pictures of another size: how large one becomes, and the one that is made smaller, whoever made it."""

from __future__ import annotations

from io import BytesIO

QUALITY = 90


def larger(width: int, height: int, times: float, longest: int) -> tuple[int, int]:
    """So many times as large, in the same shape, and no side longer than there may be."""
    times = min(times, longest / width, longest / height)
    return max(1, round(width * times)), max(1, round(height * times))


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
