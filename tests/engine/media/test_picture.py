"""What a picture promises: its size, its words, its card, and bytes that depend on the order alone."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from understudy.mocks.engine.media.card import LONGEST_DATA, card_of, document, put
from understudy.mocks.engine.media.lettering import Area, code, face_of, fit, lacks, wrap
from understudy.mocks.engine.media.picture import MOST_PIXELS, picture
from understudy.mocks.engine.medium import Card, Medium

FORMATS = ("png", "jpeg", "webp")
PROMPTS = {
    "nothing": "",
    "words": "A lighthouse on a cliff at dusk",
    "chinese": "雨中的东京街道",
    "emoji": "a \U0001f98a and a \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "right to left": "שלום \u202e\u0639\u0627\u0644\u0645",
    "controls": "a\0b\x07\x1b[31m\r\n\ttab \x7f\x85\u2028",
    "lines": "one\n\ntwo\nthree\n",
    "markup": "<&amp;>]]>--><x:xmpmeta></understudy:card>&#65;",
    "noncharacters": "\ufffe\uffff\ufeff\U0010ffff",
    "long": "lorem ipsum dolor sit amet " * 4000,
    "one long word": "w" * 100_000,
    "long chinese": "雨中的东京街道" * 15_000,
}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
orders = st.fixed_dictionaries({"prompt": texts}, optional={"steps": values, "more": values})


def order(prompt: str = "a red fox", **inputs: object) -> Card:
    return Card("runware", "runware:100@1", {"prompt": prompt, **inputs}, 42, 0)


def image(form: str = "png", width: int = 320, height: int = 240) -> Medium:
    return Medium("image", form, width, height)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "size", [(1, 1), (1, 700), (700, 1), (2, 3), (7, 9), (33, 17), (64, 64), (160, 159), (161, 1023), (1024, 768)]
)
def test_picture_has_its_format_and_size(form: str, size: tuple[int, int], plain: bool) -> None:
    came = opened(picture(image(form, *size), order(PROMPTS["words"]), plain))
    assert came.format == form.upper()
    assert came.size == size


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
def test_card_is_exact(form: str, prompt: str) -> None:
    data = picture(image(form), order(prompt, steps=[1, 2.5, None, {"ü": True}]))
    card = card_of(data)
    assert opened(data).size == (320, 240)
    assert card["prompt"] == prompt
    assert card["inputs"] == {"prompt": prompt, "steps": [1, 2.5, None, {"ü": True}]}
    assert (card["provider"], card["model"], card["seed"], card["index"]) == ("runware", "runware:100@1", 42, 0)
    assert card["whole"] is True


@pytest.mark.parametrize("form", FORMATS)
@given(inputs=orders, seed=values, plain=st.booleans())
@settings(max_examples=30, deadline=None)
def test_any_order_comes_back(form: str, inputs: dict[str, Any], seed: object, plain: bool) -> None:
    data = picture(image(form, 96, 64), Card("p", "m", inputs, seed, 3), plain)
    assert opened(data).size == (96, 64)
    card = card_of(data)
    assert (card["inputs"], card["prompt"], card["seed"]) == (inputs, inputs["prompt"], seed)


@pytest.mark.parametrize("form", FORMATS)
@given(inputs=orders, more=orders)
@settings(max_examples=30, deadline=None)
def test_bytes_differ_as_orders_do(form: str, inputs: dict[str, Any], more: dict[str, Any]) -> None:
    medium = image(form, 40, 30)
    one, two = (picture(medium, Card("p", "m", said, 1, 0)) for said in (inputs, more))
    as_json = [json.dumps(said, sort_keys=True) for said in (inputs, more)]
    assert (one == two) == (as_json[0] == as_json[1])
    assert one == picture(medium, Card("p", "m", dict(reversed(inputs.items())), 1, 0))


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("form", FORMATS)
def test_every_part_of_an_order_counts(form: str, plain: bool) -> None:
    medium, card = image(form), order()
    others = [
        replace(card, provider="runcomfy"),
        replace(card, model="runware:101@1"),
        replace(card, seed=43),
        replace(card, seed="42"),
        replace(card, index=1),
        replace(card, inputs={"prompt": "a red fox", "steps": 1}),
        replace(card, inputs={"prompt": "a red fox", "steps": 1.0}),
        replace(card, inputs={"prompt": "a red fox", "steps": True}),
        replace(card, inputs={"prompt": "a red fax"}),
    ]
    files = [picture(medium, card, plain), *(picture(medium, other, plain) for other in others)]
    files += [picture(image(form, 321, 240), card, plain), picture(image(form, 240, 320), card, plain)]
    files.append(picture(medium, card, not plain))
    assert len(set(files)) == len(files)
    assert picture(medium, order(), plain) == files[0]


def test_pixels_of_two_results_differ() -> None:
    one, two = (opened(picture(image(), replace(order(), index=index))).convert("RGB") for index in (0, 1))
    changed = ImageChops.difference(one, two).convert("L").histogram()
    assert sum(changed[8:]) > one.width * one.height / 2


@pytest.mark.parametrize("form", FORMATS)
def test_text_is_drawn(form: str) -> None:
    came = opened(picture(image(form, 1024, 768), order("HELLO"))).convert("L")
    dark, bright = came.crop((40, 300, 900, 460)).getextrema()
    assert isinstance(dark, int)
    assert isinstance(bright, int)
    assert bright > 240
    assert dark < 130


@pytest.mark.parametrize("digest_of", range(24))
def test_background_leaves_text_readable(digest_of: int) -> None:
    came = opened(picture(image(width=64, height=64), replace(order(""), seed=digest_of, inputs={}))).convert("RGB")
    row = came.crop((0, 63, 64, 64)).tobytes()
    colours = [[part / 255 for part in row[at : at + 3]] for at in range(0, len(row), 3)]
    brightest = max(0.2126 * r**2.2 + 0.7152 * g**2.2 + 0.0722 * b**2.2 for r, g, b in colours)
    assert 1.05 / (brightest + 0.05) > 4.5


def test_order_without_a_prompt_shows_its_inputs() -> None:
    bare, with_inputs = (
        opened(picture(image(), Card("p", "m", inputs, 1, 0))).convert("L").point(lambda value: 255 * (value > 240))
        for inputs in ({}, {"image": "https://example.com/cat.png"})
    )
    assert sum(with_inputs.histogram()[200:]) > sum(bare.histogram()[200:])


@pytest.mark.parametrize("char", ["中", "é", "\0", "\u200b", "\U0001f98a", "\U0010fffd", "\u202e", "\x7f"])
def test_lacking_glyph_is_a_box_with_its_code(char: str) -> None:
    assert lacks(char)
    card = replace(order(char), seed=1)
    drawn = opened(picture(image(width=640, height=480), card)).convert("L")
    ink = drawn.point(lambda value: 255 * (value > 230))
    box = ink.crop((10, 100, 630, 380)).getbbox()
    assert box is not None
    left, top, right, bottom = (part + start for part, start in zip(box, (10, 100, 10, 100), strict=True))
    # The outline is closed, and there is something in it.
    for x in range(left, right):
        assert ink.getpixel((x, top)) == ink.getpixel((x, bottom - 1)) == 255
    for y in range(top, bottom):
        assert ink.getpixel((left, y)) == ink.getpixel((right - 1, y)) == 255
    assert ink.crop((left + 5, top + 5, right - 5, bottom - 5)).getbbox() is not None


def test_two_lacking_glyphs_look_different() -> None:
    assert (code("中"), code("\0"), code("\U0001f98a")) == ("4E2D", "0000", "1F98A")
    pens = [opened(picture(image(), order(char))).convert("L").point(lambda v: 255 * (v > 235)) for char in "中国"]
    assert ImageChops.difference(*pens).getbbox() is not None


@pytest.mark.parametrize("char", [*"aZ09~ !\"'", "©", "…"])
def test_known_glyph_is_no_box(char: str) -> None:
    assert not lacks(char)


@given(text=st.text(st.sampled_from("ab -/\n\t中é\U0001f98a"), max_size=120), width=st.integers(1, 200))
@settings(max_examples=200, deadline=None)
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    face, start = face_of(12), 0
    for row in wrap(text, face, width):
        assert text.startswith(row.text, start)
        assert row.after > start
        # Only what breaks a line, a space or a line break, stays undrawn.
        assert text[start + len(row.text) : row.after] in ("", " ", "\n")
        assert sum(face[char] for char in row.text) <= width or len(row.text) == 1
        start = row.after
    assert start == len(text)


def test_text_that_does_not_fit_says_how_much_is_missing() -> None:
    text = "x" * 9_000 + "\n" + "word " * 2_000
    block = fit(text, Area(0, 0, 400, 300), 40, 12)
    shown = sum(map(len, block.rows[:-1]))
    assert block.rows[-1] == f"[{len(text) - shown:,} more characters are not drawn]"
    assert block.height <= 300
    assert fit("word " * 50, Area(0, 0, 40, 16), 40, 12).rows == ["[+250]"]
    assert fit("word " * 50, Area(0, 0, 9, 9), 40, 12).rows == []


def test_short_text_is_large_and_long_text_is_whole() -> None:
    area = Area(0, 0, 900, 600)
    assert fit("a fox", area, 80, 12).face.size == 80
    text = "the quick brown fox jumps over the lazy dog " * 20
    block = fit(text, area, 80, 12)
    assert 12 < block.face.size < 80
    assert " ".join(block.rows).split() == text.split()


def test_line_break_breaks_the_line() -> None:
    assert fit("one\n\ntwo", Area(0, 0, 900, 600), 40, 12).rows == ["one", "", "two"]


def test_plain_pictures_share_their_pixels() -> None:
    for form in FORMATS:
        one, two = (picture(image(form), replace(order(), seed=seed), plain=True) for seed in (1, 2))
        assert one != two
        assert opened(one).tobytes() == opened(two).tobytes()
        assert (card_of(one)["seed"], card_of(two)["seed"]) == (1, 2)


@pytest.mark.parametrize("form", ["jpeg", "webp"])
def test_less_quality_is_fewer_bytes_and_the_same_card(form: str) -> None:
    every = [picture(replace(image(form), quality=quality), order()) for quality in (10, 40, 75, 95)]
    assert [len(data) for data in every] == sorted({len(data) for data in every})
    assert len({str(card_of(data)) for data in every}) == 1
    assert picture(image(form), order()) == every[2], "unless told"
    less, more = (picture(replace(image(form), quality=quality), order(), plain=True) for quality in (10, 95))
    assert less != more


def test_a_png_is_the_same_at_any_quality() -> None:
    assert picture(replace(image(), quality=10), order()) == picture(image(), order())


def test_large_data_is_told_by_its_digest() -> None:
    data = "data:image/png;base64," + "A" * 3_000_000
    one, two = (picture(image(), order(image=[{"a/b": uri}])) for uri in (data, data[:-1] + "B"))
    card: Any = card_of(one)
    assert one != two
    assert len(one) < 100_000
    assert card["whole"] is False
    assert card["shortened"] == ["/inputs/image/0/a~1b"]
    stand_in = card["inputs"]["image"][0]["a/b"]
    assert (stand_in["data"], stand_in["characters"]) == ("data:image/png;base64,", len(data))
    kept = data[:LONGEST_DATA]
    assert card_of(picture(image(), order(image=kept)))["inputs"] == {"prompt": "a red fox", "image": kept}
    assert card_of(picture(image(), order(data)))["prompt"] == data


def test_number_without_end_has_a_card() -> None:
    card: Any = card_of(picture(image(), replace(order(), seed=1 << 20_000)))
    assert card["shortened"] == ["/seed"]
    assert card["seed"]["bits"] == 20_001
    assert card_of(picture(image(), replace(order(), seed=10**4000)))["seed"] == 10**4000


@pytest.mark.parametrize(
    ("form", "width", "height"),
    [
        ("png", 0, 8),
        ("png", 8, -1),
        ("png", MOST_PIXELS + 1, 1),
        ("png", 8193, 8192),
        ("webp", 16_384, 8),
        ("jpeg", 8, 65_501),
        ("gif", 8, 8),
    ],
)
@pytest.mark.parametrize("plain", [False, True])
def test_impossible_picture_is_refused(form: str, width: int, height: int, plain: bool) -> None:
    with pytest.raises(ValueError, match=r"^expected .+; came .+; ask for "):
        picture(image(form, width, height), order(), plain)


@pytest.mark.parametrize("form", ["webp", "jpeg"])
def test_longest_side_is_possible(form: str) -> None:
    longest = {"webp": 16_383, "jpeg": 65_500}[form]
    assert opened(picture(image(form, longest, 2), order())).size == (longest, 2)


def test_card_lies_where_readers_find_it() -> None:
    written = document(image(), order("é" * 70_000))
    png = opened(picture(image(), order("é" * 70_000)))
    assert png.info["understudy"] == written.decode()
    webp = opened(picture(image("webp"), order("<é>")))
    assert b"<understudy:card>{" in webp.info["xmp"]
    jpeg = picture(image("jpeg"), order("é" * 70_000))
    assert jpeg.count(b"understudy:") == 5
    assert jpeg.startswith(b"\xff\xd8\xff\xe0")


def test_card_of_lossless_webp_and_bare_jpeg() -> None:
    made = Image.new("RGB", (300, 200), "red")
    for form, options in (("WEBP", {"lossless": True}), ("WEBP", {}), ("JPEG", {})):
        out = BytesIO()
        made.save(out, form, **options)
        data = put(out.getvalue(), form.lower(), b'{"a":1}')
        assert opened(data).size == (300, 200)
        assert card_of(data) == {"a": 1}


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xd8\xff", b"OggS", b"hello, world", b"RIFF\0\0\0\0WEBPVP8 "])
def test_file_without_a_card_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^expected a file with a card .+; came .+; pass the bytes"):
        card_of(data)
