/* SPDX-License-Identifier: Apache-2.0 */
/* libext2fs over a struct device: its io_manager, with a cache for small requests.
 *
 * The structures of the file system are little-endian on the disk and used as they are. */
#ifndef FORGE_FSIMAGE_EXT_EXT_IO_H
#define FORGE_FSIMAGE_EXT_EXT_IO_H

#include "forge/base/device.h"

#include <ext2fs/ext2fs.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "file systems are little-endian");

struct ext_io;

/* SIZE bytes of DEVICE from OFFSET on, as byte 0 of a file system. DEVICE is borrowed; NULL gives
 * zeros to read and forgets what is written, for arithmetic about a layout. */
struct ext_io *ext_io_new(struct device *device, int64_t offset, int64_t size);

/* After the file system that uses it. What was not written back is lost; see ext_io_flush(). */
void ext_io_free(struct ext_io *io);
DEFINE_CLEANUP(struct ext_io *, ext_io_free)

/* For ext2fs_open2() and ext2fs_initialize(), to be called by this thread right after. */
io_manager ext_io_manager(struct ext_io *io);

int64_t ext_io_size(const struct ext_io *io);

/* COUNT bytes at OFFSET of the file system. Small reads come through the cache; large ones and all
 * writes pass it by, so blocks of data must never have been written through libext2fs. */
MUST_CHECK int ext_io_read(struct ext_io *io, void *buffer, size_t count, int64_t offset,
                           struct error **err);
MUST_CHECK int ext_io_write(struct ext_io *io, const void *buffer, size_t count, int64_t offset,
                            struct error **err);
MUST_CHECK int ext_io_flush(struct ext_io *io, struct error **err);

/* The failure CODE of libext2fs as an error of CAUSE, or the device's own error behind it. -1. */
int ext_io_error(struct ext_io *io, errcode_t code, enum error_cause cause, struct error **err);

#endif
