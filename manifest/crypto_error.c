/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's error queue: its first entry is the reason, the rest is how it got there. */
#include "manifest/crypto_error.h"
#include "forge/base/memory.h"

#include <openssl/err.h>

int crypto_error(struct error **err, enum error_cause cause, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    AUTO_FREE char *sentence = xvasprintf(format, args);
    va_end(args);
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return reason ? error_set(err, cause, "%s: %s", sentence, reason)
                  : error_set(err, cause, "%s", sentence);
}
