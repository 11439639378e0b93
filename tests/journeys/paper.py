"""Reading what a browser printed: the words on each page of its PDF, in the order in which they were drawn."""

from __future__ import annotations

import re
import unicodedata
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
# A glyph that stands for a character and for the radical in its shape is told as the radical.
RADICALS = str.maketrans("⻘⻓⻋⻅⻉⻔⻚⻛⻜⻢⻥⻦⻩", "青长车见贝门页风飞马鱼鸟黄")
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>")


def words_on_pages(pdf: bytes) -> list[str]:
    """The text of every page without its spaces; fonts tell by their own tables what their glyphs stand for."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    named = {name: int(number) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", pdf)}
    glyphs = {name: _glyphs(objects, number) for name, number in named.items()}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    return [_words(_stream(objects[_refers(body, b"Contents")]), glyphs) for body in pages]


def _refers(body: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb"\s+(\d+) 0 R", body)
    return int(found[1]) if found else 0


def _stream(body: bytes) -> bytes:
    packed = body.partition(b"stream")[2].lstrip(b"\r\n")
    return zlib.decompressobj().decompress(packed) if b"FlateDecode" in body else packed


def _glyphs(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """Code of a glyph -> the text it stands for."""
    table = _stream(objects[_refers(objects[font], b"ToUnicode")]).decode()
    found = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = chr(int(text, 16) + code - int(first, 16))
    return found


def _words(content: bytes, glyphs: dict[bytes, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    said: list[str] = []
    for name, shown in SHOWN.findall(content):
        if name:
            font = glyphs[name]
        said.extend(font.get(int(shown[at : at + 4], 16), "") for at in range(0, len(shown), 4))
    return "".join(unicodedata.normalize("NFKC", "".join(said)).translate(RADICALS).split())
