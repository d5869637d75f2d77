/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a manifest that its signature is over. */
#ifndef FORGE_MANIFEST_SIGNED_TEXT_H
#define FORGE_MANIFEST_SIGNED_TEXT_H

#include "manifest/manifest.h"

/* Cut the signed elements out of the document TEXT by plain string search, as FORMAT.md 4 says:
 * owned, *SIGNED_LENGTH bytes; NULL when there is no `<image>` in it. */
char *signed_text_cut(const char *text, size_t length, enum manifest_version version,
                      size_t *signed_length);

#endif
