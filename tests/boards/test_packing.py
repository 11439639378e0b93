"""Packing: pieces make one gzip file that any reader opens, and the long one in the middle is packed once for two."""

from __future__ import annotations

import gzip

import brotli
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards.package import canonical, packed, sealed_pieces, unpacked
from leaderboard.boards.packing import LARGE, brotli_of, gzipped, piece


@given(parts=st.lists(st.binary(max_size=300), max_size=4))
def test_pieces_open_as_the_bytes_they_were(parts: list[bytes]) -> None:
    file = gzipped(*map(piece, parts))
    assert gzip.decompress(file) == b"".join(parts)
    assert file == gzipped(*map(piece, parts))


def test_large_bytes_open_as_well() -> None:
    plain = bytes(range(256)) * (LARGE // 256 + 1)
    assert gzip.decompress(gzipped(piece(plain))) == plain
    assert brotli.decompress(brotli_of(plain)) == plain


def test_a_sealed_file_holds_the_package_and_both_open() -> None:
    package = {"number": 1, "season_title": "云溪县"}
    seal = {"hash": "ab" * 32, "signature": "cd" * 64, "public_key": "ef" * 32}
    inside = piece(canonical(package))
    whole = canonical({**seal, "package": package})
    assert gzip.decompress(gzipped(*sealed_pieces(inside, seal))) == whole
    assert gzipped(inside) == packed(package)
    assert unpacked(gzipped(inside)) == package
