/* SPDX-License-Identifier: Apache-2.0 */
/* Messages for the person at the terminal, on stderr; never an error that is also returned. */
#ifndef FORGE_BASE_LOG_H
#define FORGE_BASE_LOG_H

#include "forge/base/error.h"

enum log_level { LOG_QUIET, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level); /* LOG_INFO at start */
enum log_level log_level(void);

/* Called before each line is written, so that a progress bar can clear its own; NULL for none. */
void log_set_before(void (*before)(void));

void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);  /* "forge: warning: ..." */
void log_error(const char *format, ...) PRINTF_LIKE(1, 2); /* only main() reports errors */

#endif
