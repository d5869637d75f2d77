/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that must not be seen: whatever the log writes has *** in their place. */
#ifndef FORGE_BASE_REDACT_H
#define FORGE_BASE_REDACT_H

/* Hide TEXT (copied) from here on; an empty one is ignored. From the main thread, before others
 * speak. */
void redact_add(const char *text);

/* TEXT with *** in place of all that is hidden; owned. */
char *redact_text(const char *text);

#endif
