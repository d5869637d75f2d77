# SPDX-License-Identifier: Apache-2.0
"""Makes a sparse image of another one's data: as much of it as wanted, over as many bytes.

    python3 image.py IMAGE OUT DATA-MIB VIRTUAL-MIB

Fewer data than IMAGE has are pieces from all over it; more are whole copies, which compress no
better than the first one, as deflate sees no further back than 32 KiB.
"""

import os
import sys

MIB = 1 << 20


def pieces(file, size):
    """(offset, length) of what is data, in pieces of at most 1 MiB."""
    at = 0
    while at < size:
        try:
            at = os.lseek(file, at, os.SEEK_DATA)
        except OSError:  # nothing but a hole is left
            return
        end = os.lseek(file, at, os.SEEK_HOLE)
        while at < end:
            length = min(MIB, end - at)
            yield at, length
            at += length


def chosen(all_pieces, wanted):
    """The pieces that make WANTED bytes."""
    total = sum(length for _, length in all_pieces)
    if wanted >= total:
        for at in range(sys.maxsize):
            offset, length = all_pieces[at % len(all_pieces)]
            yield offset, min(length, wanted)
            wanted -= length
            if wanted <= 0:
                return
    seen = taken = 0
    for offset, length in all_pieces:
        seen += length
        if taken < wanted * seen // total:
            yield offset, min(length, wanted - taken)
            taken += min(length, wanted - taken)


def make(source, out, data, virtual):
    """Spread what is chosen evenly over OUT: a piece, a hole, a piece."""
    size = os.fstat(source).st_size
    parts = list(chosen(list(pieces(source, size)), data))
    # Whole 64 KiB blocks, so that a piece is not torn apart by the holes around it.
    hole = (virtual - data) // len(parts) // 65536 * 65536
    os.ftruncate(out, virtual)
    at = 0
    for offset, length in parts:
        os.pwrite(out, os.pread(source, length, offset), at)
        at += length + hole
    assert at <= virtual


def main(image, path, data, virtual):
    source = os.open(image, os.O_RDONLY)
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    make(source, out, int(data) * MIB, int(virtual) * MIB)


if __name__ == "__main__":
    main(*sys.argv[1:])
