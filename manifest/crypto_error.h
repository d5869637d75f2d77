/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's error queue as an error of ours. */
#ifndef FORGE_MANIFEST_CRYPTO_ERROR_H
#define FORGE_MANIFEST_CRYPTO_ERROR_H

#include "forge/base/error.h"

/* Set *ERR to the sentence FORMAT with OpenSSL's own reason behind it, and empty the queue. Always
 * -1. */
int crypto_error(struct error **err, enum error_cause cause, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
