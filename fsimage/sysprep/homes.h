/* SPDX-License-Identifier: Apache-2.0 */
/* The home directories of a guest: those that /etc/passwd names, /root, and all in /home. */
#ifndef FORGE_FSIMAGE_SYSPREP_HOMES_H
#define FORGE_FSIMAGE_SYSPREP_HOMES_H

#include "fsimage/sysprep/search.h"

/* Fill SEARCH's homes. "/" is never one. */
MUST_CHECK int sysprep_find_homes(struct sysprep_search *search, struct error **err);

/* Whether the first LENGTH bytes of PATH are a home directory. */
bool sysprep_is_home(const struct sysprep_search *search, const char *path, size_t length);

#endif
