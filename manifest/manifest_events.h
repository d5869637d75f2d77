/* SPDX-License-Identifier: Apache-2.0 */
/* The elements of a manifest's XML as the fields of its struct. */
#ifndef FORGE_MANIFEST_MANIFEST_EVENTS_H
#define FORGE_MANIFEST_MANIFEST_EVENTS_H

#include "manifest/manifest.h"

/* Parse TEXT into MANIFEST, without its signed text. COMPLETE: every required element has to be
 * there; otherwise it may be a fragment. ERROR_INVALID; MANIFEST then holds what came before. */
MUST_CHECK int manifest_read_events(const char *text, size_t length, bool complete,
                                    struct manifest *manifest, struct error **err);

#endif
