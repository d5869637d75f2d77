/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: set once, wrapped by callers, printed by main. */
#include "forge/base/error.h"
#include "forge/base/memory.h"

#include <string.h>

int error_set_va(struct error **err, enum error_cause cause, const char *format, va_list args)
{
    if (!err || *err)
        return -1;
    struct error *error = NEW(struct error);
    error->cause = cause;
    error->message = xvasprintf(format, args);
    *err = error;
    return -1;
}

int error_set(struct error **err, enum error_cause cause, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_set_va(err, cause, format, args);
    va_end(args);
    return -1;
}

/* REASON behind the sentence; strerror's text is fetched before anything can change errno. */
static int set_with_reason(struct error **err, enum error_cause cause, int reason,
                           const char *format, va_list args) PRINTF_LIKE(4, 0);

static int set_with_reason(struct error **err, enum error_cause cause, int reason,
                           const char *format, va_list args)
{
    char buffer[128];
    const char *text = strerror_r(reason, buffer, sizeof(buffer));
    AUTO_FREE char *sentence = xvasprintf(format, args);
    return error_set(err, cause, "%s: %s", sentence, text);
}

int error_set_errno(struct error **err, const char *format, ...)
{
    int reason = errno;
    va_list args;
    va_start(args, format);
    set_with_reason(err, ERROR_FAILED, reason, format, args);
    va_end(args);
    return -1;
}

int error_set_errno_cause(struct error **err, enum error_cause cause, const char *format, ...)
{
    int reason = errno;
    va_list args;
    va_start(args, format);
    set_with_reason(err, cause, reason, format, args);
    va_end(args);
    return -1;
}

int error_wrap(struct error **err, const char *format, ...)
{
    if (!err || !*err)
        return -1;
    va_list args;
    va_start(args, format);
    AUTO_FREE char *context = xvasprintf(format, args);
    va_end(args);
    char *message = xasprintf("%s: %s", context, (*err)->message);
    free((*err)->message);
    (*err)->message = message;
    return -1;
}

int error_move(struct error **err, struct error *from)
{
    if (err && !*err)
        *err = from;
    else
        error_free(from);
    return -1;
}

void error_free(struct error *error)
{
    if (!error)
        return;
    free(error->message);
    free(error);
}
