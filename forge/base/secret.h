/* SPDX-License-Identifier: Apache-2.0 */
/* Passphrases and passwords: fetched by reference, wiped when freed, never logged. */
#ifndef FORGE_BASE_SECRET_H
#define FORGE_BASE_SECRET_H

#include "forge/base/error.h"

#include <stddef.h>

struct secret {
    char *text; /* NUL-terminated */
    size_t length;
};

/* REFERENCE is env:NAME, file:PATH or fd:N; one final newline is dropped. Anything else, and a
 * reference that leads nowhere, is ERROR_USAGE. */
MUST_CHECK struct secret *secret_read(const char *reference, struct error **err);

/* Ask on the controlling terminal, without echo; ERROR_USAGE naming HINT when there is none. */
MUST_CHECK struct secret *secret_prompt(const char *prompt, const char *hint, struct error **err);

struct secret *secret_new(const char *text, size_t length); /* copies */
void secret_free(struct secret *secret);
DEFINE_CLEANUP(struct secret *, secret_free)

#endif
