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

/* A bundle called NAME must not be in DIRECTORY yet, nor a file called COMPANION (unless that is
 * NULL): ERROR_FAILED naming the file that is. */
MUST_CHECK int bundle_files_check(const char *directory, const char *name, const char *companion,
                                  struct error **err);

/* The finished files of a bundle, under temporary names; borrowed. */
struct bundle_files {
    const struct written_parts *parts;
    const char *companion; /* a path whose basename stays, or NULL */
    const char *manifest;
};

/* Give FILES their names in DIRECTORY: parts first, then the companion, the manifest last. REPLACE
 * removes NAME.manifest.xml, NAME.part.<digits> and the companion before; otherwise no file is
 * overwritten. On failure what has been published is taken back. */
MUST_CHECK int bundle_files_publish(const char *directory, const char *name,
                                    const struct bundle_files *files, bool replace,
                                    struct error **err);

#endif
