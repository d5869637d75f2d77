/* SPDX-License-Identifier: Apache-2.0 */
/* The files that make a bundle in its directory: their names, and how they get there. */
#ifndef FORGE_MANIFEST_BUNDLE_FILES_H
#define FORGE_MANIFEST_BUNDLE_FILES_H

#include "manifest/sink_parts.h"

#include <stdbool.h>

/* NAME.part.INDEX, padded to the decimal digits of COUNT (FORMAT.md 3); owned. */
char *bundle_part_name(const char *name, size_t index, size_t count);

/* NAME.manifest.xml; owned. */
char *bundle_manifest_name(const char *name);

/* A bundle called NAME must not be in DIRECTORY yet: ERROR_FAILED naming the file that is. */
MUST_CHECK int bundle_files_check(const char *directory, const char *name, struct error **err);

/* Give the finished PARTS and the manifest at MANIFEST their names in DIRECTORY: parts first, the
 * manifest last. REPLACE removes NAME.manifest.xml and NAME.part.<digits> before; otherwise no
 * file is overwritten. On failure what has been published is taken back. */
MUST_CHECK int bundle_files_publish(const char *directory, const char *name,
                                    const struct written_parts *parts, const char *manifest,
                                    bool replace, struct error **err);

#endif
