"""Compressing what is stored and served: the same bytes always come to the same bytes, and long ones are packed once."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import brotli

LARGE = 2_000_000
"""From this many bytes on a file is opened by few: packed in a sixth of the time, it is two fifths larger."""
_HEADER, _END = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", b"\x03\x00"
"""A gzip header without time or name, and the empty block that ends a stream (RFC 1952, RFC 1951)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes with the deflate blocks they were packed to, which end on a whole byte and may stand beside others."""

    plain: bytes
    packed: bytes


def piece(plain: bytes) -> Piece:
    """Pack bytes so that they can be put into several gzip files."""
    packer = zlib.compressobj(1 if len(plain) >= LARGE else 6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))


def gzipped(*pieces: Piece) -> bytes:
    """The gzip file of pieces one after the other."""
    check, size = 0, 0
    for each in pieces:
        check, size = zlib.crc32(each.plain, check), size + len(each.plain)
    blocks = b"".join(each.packed for each in pieces)
    return b"".join((_HEADER, blocks, _END, struct.pack("<LL", check, size & 0xFFFFFFFF)))


def brotli_of(plain: bytes) -> bytes:
    """The bytes by brotli; level 11 would save a third more and take a hundred times as long."""
    found: bytes = brotli.compress(plain, quality=1 if len(plain) >= LARGE else 5)
    return found
