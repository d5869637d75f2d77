/* SPDX-License-Identifier: Apache-2.0 */
/* The user's terminal, handed byte by byte to something else: raw meanwhile, as it was afterwards.
 */
#ifndef FORGE_BASE_TERMINAL_H
#define FORGE_BASE_TERMINAL_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct terminal;

/* Are standard input and output both a terminal? */
bool terminal_is_there(void);

/* Make it raw: what is typed comes at once and is not shown, Ctrl-C is a byte. */
MUST_CHECK struct terminal *terminal_open(struct error **err);

/* How many rows and columns it has; 24 and 80 when it does not say. */
void terminal_size(int *rows, int *columns);

enum { TERMINAL_CHUNK = 256 };

/* Take what was typed, *COUNT bytes, without waiting longer than for the first. *LEFT becomes true
 * at Ctrl-], which ends what counts, and when the terminal is gone. */
void terminal_read(char bytes[TERMINAL_CHUNK], size_t *count, bool *left);

MUST_CHECK int terminal_show(const char *bytes, size_t count, struct error **err);

/* Its settings are as before. */
void terminal_close(struct terminal *terminal);
DEFINE_CLEANUP(struct terminal *, terminal_close)

#endif
