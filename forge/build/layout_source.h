/* SPDX-License-Identifier: Apache-2.0 */
/* What a fresh disk is made from: a tree that can be opened more than once, and what is known of
 * the disk it was on. */
#ifndef FORGE_BUILD_LAYOUT_SOURCE_H
#define FORGE_BUILD_LAYOUT_SOURCE_H

#include "forge/build/layout.h"
#include "fsimage/disk/boot_loader.h"
#include "fsimage/guest/guest_mounts.h"
#include "fsimage/tree/tree.h"

/* {0} before; clear with layout_source_clear. */
struct layout_source {
    struct device *device;      /* the image's bytes, when the tree is read from them directly, */
    struct device **parts;      /* and those of its file systems, as in mounts; NULL: not read */
    char *archive;              /* a tar archive to read instead */
    char *directory;            /* or a directory */
    struct guest_mounts mounts; /* of an image */
    struct boot_loader loader;  /* when it was asked for */
};

/* Is PATH an archive or a directory, not an image or a manifest? */
bool layout_takes_files(const char *path);

/* The archive or directory at PATH. */
void layout_source_of_files(const char *path, struct layout_source *source);

/* From an image, in two steps. While GUEST is open: what is mounted where; the tree as an archive
 * in WORKDIR (a path) unless it is all on ext file systems whose places are known; and the boot
 * loader, if REQUEST wants one. */
MUST_CHECK int layout_source_ask(const struct layout_request *request, struct guest *guest,
                                 const char *workdir, struct progress *progress,
                                 struct layout_source *source, struct error **err);

/* And when it was shut down: IMAGE is what it was opened on. */
MUST_CHECK int layout_source_open(const struct image *image, struct layout_source *source,
                                  struct error **err);

/* Bytes of the file systems that the tree was on together; 0 when that is not known. */
int64_t layout_source_size(const struct layout_source *source);

/* The tree, from its beginning. */
MUST_CHECK struct tree *layout_source_tree(const struct layout_source *source, struct error **err);

void layout_source_clear(struct layout_source *source);
#define AUTO_LAYOUT_SOURCE __attribute__((cleanup(layout_source_clear)))

#endif
