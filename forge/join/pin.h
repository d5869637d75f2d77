/* SPDX-License-Identifier: Apache-2.0 */
/* An input that is pinned by its SHA-256. */
#ifndef FORGE_JOIN_PIN_H
#define FORGE_JOIN_PIN_H

#include "forge/base/progress.h"

#include <sys/stat.h>

/* Digest the file at PATH as sha256sum(1) does and compare with SHA256, in lower-case hexadecimal.
 * SEEN receives the file's state before it was read: who uses the file has to find it unchanged.
 * ERROR_MISMATCH when the digest differs, ERROR_USAGE for what is no file, ERROR_INVALID for one
 * that cannot be opened. */
MUST_CHECK int pin_check(const char *path, const char *sha256, struct stat *seen,
                         struct progress *progress, struct error **err);

#endif
