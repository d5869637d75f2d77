/* SPDX-License-Identifier: Apache-2.0 */
/* Files by the whole: a small one read into memory, all of some bytes written. */
#ifndef FORGE_BASE_FILE_H
#define FORGE_BASE_FILE_H

#include "forge/base/error.h"

#include <stddef.h>

/* Everything in the file or pipe at PATH: owned, *LENGTH bytes and a NUL behind them. A directory,
 * an unreadable file, and more than MAX bytes are ERROR_INVALID. No copy is left behind in memory:
 * who reads a secret only has to wipe what it gets. */
MUST_CHECK char *file_read(const char *path, size_t max, size_t *length, struct error **err);

/* Write all COUNT bytes to FD; -1 with errno set. */
MUST_CHECK int file_write(int fd, const void *bytes, size_t count);

#endif
