/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on stderr, one line each, whole even when threads speak at once. */
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/redact.h"

#include <pthread.h>
#include <stdio.h>

static enum log_level current = LOG_INFO;
static void (*before_line)(void);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the order of lines */

void log_set_level(enum log_level level)
{
    current = level;
}

enum log_level log_level(void)
{
    return current;
}

void log_set_before(void (*before)(void))
{
    before_line = before;
}

static void log_line(const char *kind, const char *format, va_list args) PRINTF_LIKE(2, 0);

static void log_line(const char *kind, const char *format, va_list args)
{
    AUTO_FREE char *line = xvasprintf(format, args);
    AUTO_FREE char *text = redact_text(line);
    pthread_mutex_lock(&lock);
    if (before_line)
        before_line();
    fprintf(stderr, "forge: %s%s\n", kind, text);
    fflush(stderr);
    pthread_mutex_unlock(&lock);
}

#define DEFINE_LOG(name, level, kind)                                                              \
    void name(const char *format, ...)                                                             \
    {                                                                                              \
        if (current < (level))                                                                     \
            return;                                                                                \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        log_line(kind, format, args);                                                              \
        va_end(args);                                                                              \
    }

DEFINE_LOG(log_debug, LOG_DEBUG, "")
DEFINE_LOG(log_info, LOG_INFO, "")
DEFINE_LOG(log_warn, LOG_WARN, "warning: ")
DEFINE_LOG(log_error, LOG_QUIET, "")
