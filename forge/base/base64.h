/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64 (RFC 4648, 4), by OpenSSL. */
#ifndef FORGE_BASE_BASE64_H
#define FORGE_BASE_BASE64_H

#include <stddef.h>

/* COUNT bytes on one line, padded; owned. */
char *base64_encode(const void *bytes, size_t count);

/* The bytes of TEXT, blanks and newlines anywhere: owned, *COUNT of them and a NUL behind them.
 * NULL when TEXT is anything else. */
char *base64_decode(const char *text, size_t *count);

#endif
