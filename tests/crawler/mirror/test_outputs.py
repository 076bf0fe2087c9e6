"""A file is written whole or not at all, and never over something by accident."""

from __future__ import annotations

import os

import pytest

from crawler.mirror.outputs import OutputExists, OutputIsInput, OutputNotWritable, write_whole


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path):
    write_whole(tmp_path / "out.pdf", b"new", force=False)
    assert (tmp_path / "out.pdf").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["out.pdf"]


def test_a_file_that_is_there_stays_unless_forced(tmp_path):
    out = tmp_path / "out.pdf"
    out.write_bytes(b"old")
    with pytest.raises(OutputExists):
        write_whole(out, b"new", force=False)
    assert out.read_bytes() == b"old"

    write_whole(out, b"new", force=True)
    assert out.read_bytes() == b"new"


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_original_is_never_written_over_under_any_name(tmp_path, link):
    original = tmp_path / "bulletin.pdf"
    original.write_bytes(b"original")
    link(original, tmp_path / "other.pdf")
    with pytest.raises(OutputIsInput):
        write_whole(tmp_path / "other.pdf", b"new", force=True, original=original)
    assert original.read_bytes() == b"original"


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for out in (tmp_path / "folder", tmp_path / "file" / "out", tmp_path / "missing" / "out", tmp_path / ("x" * 300)):
        with pytest.raises(OutputNotWritable):
            write_whole(out, b"new", force=True)


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    out = tmp_path / "out.pdf"
    out.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputNotWritable):
        write_whole(out, b"new", force=True)
    assert out.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.pdf"]


def test_a_device_is_never_written_over(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputExists):
        write_whole(tmp_path / "pipe", b"new", force=True)
    assert (tmp_path / "pipe").is_fifo()
