/* SPDX-License-Identifier: Apache-2.0 */
/* Files by the whole: small ones read and made, all of some bytes written. */
#ifndef FORGE_BASE_FILE_H
#define FORGE_BASE_FILE_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Everything in the file or pipe at PATH: owned, *LENGTH bytes and a NUL behind them. A directory,
 * an unreadable file, and more than MAX bytes are ERROR_INVALID. No copy is left behind in memory:
 * who reads a secret only has to wipe what it gets. */
MUST_CHECK char *file_read(const char *path, size_t max, size_t *length, struct error **err);

/* The same of a text: a NUL in it is ERROR_INVALID too. */
MUST_CHECK char *file_read_text(const char *path, size_t max, struct error **err);

/* Does PATH lead to the file that STATUS is of, by whatever name? No when there is nothing. */
bool file_is_same(const struct stat *status, const char *path);

/* Make the file PATH, mode 0644 whatever the umask, with LENGTH bytes of TEXT. ERROR_FAILED when it
 * is there, or cannot be written. */
MUST_CHECK int file_create(const char *path, const char *text, size_t length, struct error **err);

/* Write all COUNT bytes to FD; -1 with errno set. */
MUST_CHECK int file_write(int fd, const void *bytes, size_t count);

#endif
