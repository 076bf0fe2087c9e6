"""Bytes written as their difference from other bytes: a zstd frame with a raw-content dictionary, and whose it is.

What is packed begins with a skippable frame of zstd's own format that names the reference by its SHA-256, so that a
file tells by itself what it needs: ``zstd -d --patch-from=REFERENCE FILE`` reads it without this program.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import zstandard

LEVEL = 19  # a 3 MB page in a second, once in its life; level 12 takes a third of that and a seventh more room
_HEADER = struct.Struct("<II32s")
_SKIPPABLE = 0x184D2A57
_LARGEST_WINDOW = 27  # zstd's readers refuse more by default


class NotPacked(ValueError):
    """The bytes do not begin with the name of a reference."""


def pack(body: bytes, reference_sha256: str, reference: bytes, *, level: int = LEVEL) -> bytes:
    """The bytes, written against a reference."""
    window = min(_LARGEST_WINDOW, (len(body) + len(reference)).bit_length())
    parameters = zstandard.ZstdCompressionParameters.from_level(level, window_log=max(window, 20))
    compressor = zstandard.ZstdCompressor(dict_data=dictionary(reference), compression_params=parameters)
    return _HEADER.pack(_SKIPPABLE, 32, bytes.fromhex(reference_sha256)) + compressor.compress(body)


def named_reference(packed: bytes) -> str:
    """The SHA-256 of the reference that packed bytes need. Raises NotPacked."""
    if len(packed) < _HEADER.size:
        raise NotPacked("too short")
    mark, length, name = _HEADER.unpack_from(packed)
    if (mark, length) != (_SKIPPABLE, 32):
        raise NotPacked("no reference is named")
    return bytes(name).hex()


def unpack(packed: bytes, find: Callable[[str], zstandard.ZstdCompressionDict]) -> bytes:
    """The bytes that were packed; ``find`` gives the reference. Raises NotPacked, zstandard.ZstdError."""
    reference = find(named_reference(packed))
    return zstandard.ZstdDecompressor(dict_data=reference).decompress(memoryview(packed)[_HEADER.size :])


def dictionary(reference: bytes) -> zstandard.ZstdCompressionDict:
    """A reference as zstd wants it: content only, whatever its first bytes look like."""
    return zstandard.ZstdCompressionDict(reference, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
