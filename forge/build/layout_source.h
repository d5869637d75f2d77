/* SPDX-License-Identifier: Apache-2.0 */
/* What is converted: a tree that can be opened more than once, and what is known of its disk. */
#ifndef FORGE_BUILD_CONVERT_SOURCE_H
#define FORGE_BUILD_CONVERT_SOURCE_H

#include "forge/build/convert.h"
#include "fsimage/boot_loader.h"
#include "fsimage/guest_mounts.h"
#include "fsimage/overlay.h"
#include "fsimage/tree.h"

struct convert_source {
    struct input *input; /* of an image; NULL for an archive or a directory */
    struct overlay *overlay;
    struct device *device;      /* the overlay's bytes, when the tree is read from them directly */
    int64_t offset;             /* of the root file system there */
    char *archive;              /* a tar archive to read instead */
    char *directory;            /* or a directory */
    struct guest_mounts mounts; /* of an image */
    struct boot_loader loader;  /* when it was asked for */
};

/* An archive or a directory at PATH. */
void convert_source_of_tree(const char *path, struct convert_source *source);

/* The image or bundle of REQUEST; large temporary files go to WORKDIR (a path). One launch of the
 * appliance: what is mounted where, the tree as an archive when it is not one plain ext file
 * system, and WITH_LOADER GRUB for the root file system that will have UUID (NULL: the one it has).
 */
MUST_CHECK int convert_source_open(const struct convert_request *request, const char *path,
                                   const char *workdir, bool with_loader, const char *uuid,
                                   struct progress *progress, struct convert_source *source,
                                   struct error **err);

/* The tree, from its beginning. */
MUST_CHECK struct tree *convert_source_tree(const struct convert_source *source,
                                            struct error **err);

void convert_source_clear(struct convert_source *source);
#define AUTO_SOURCE __attribute__((cleanup(convert_source_clear)))

#endif
