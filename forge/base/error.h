/* SPDX-License-Identifier: Apache-2.0 */
/* Errors are sentences with a cause; the caller that can tell more wraps them. */
#ifndef FORGE_BASE_ERROR_H
#define FORGE_BASE_ERROR_H

#include "forge/base/cleanup.h"

#include <stdarg.h>

#define MUST_CHECK          __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, va) __attribute__((format(printf, at, va)))

/* Why it failed. The programs in cli/ and compat/ map this to an exit status; nobody else does. */
enum error_cause {
    ERROR_FAILED,      /* I/O or internal failure */
    ERROR_USAGE,       /* the command line or recipe asks for something impossible */
    ERROR_INVALID,     /* an input is not what it should be */
    ERROR_HOST,        /* this host or the appliance; worth a retry elsewhere */
    ERROR_MISMATCH,    /* digest, size or signature differs, or a part is missing */
    ERROR_GUEST,       /* a step inside the guest failed */
    ERROR_VERDICT,     /* a check said no */
    ERROR_INTERRUPTED, /* a signal asked us to stop */
};

struct error {
    enum error_cause cause;
    char *message; /* lower case, no full stop */
};

/* Conventions: functions that can fail return 0 or -1, or a pointer or NULL, and take `struct error
 * **err` last. It is untouched on success; on failure it holds an owned error, unless the caller
 * passed NULL. An error that is already there is kept: the first one wins. */

/* Set *ERR to CAUSE and the sentence FORMAT. Always -1, so that it can be returned. */
int error_set(struct error **err, enum error_cause cause, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same with ": strerror(errno)" behind it, cause ERROR_FAILED. Always -1. */
int error_set_errno(struct error **err, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with a cause of the caller's choice. Always -1. */
int error_set_errno_cause(struct error **err, enum error_cause cause, const char *format, ...)
    PRINTF_LIKE(3, 4);

int error_set_va(struct error **err, enum error_cause cause, const char *format, va_list args)
    PRINTF_LIKE(3, 0);

/* Put "FORMAT: " in front of the message of *ERR. Always -1. */
int error_wrap(struct error **err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Hand FROM over to *ERR (FROM is freed if *ERR is taken or ERR is NULL). Always -1. */
int error_move(struct error **err, struct error *from);

void error_free(struct error *error);
DEFINE_CLEANUP(struct error *, error_free)

#endif
