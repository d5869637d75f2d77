/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a fresh disk: those of its source that are wanted, made to fit. */
#ifndef FORGE_BUILD_LAYOUT_FILES_H
#define FORGE_BUILD_LAYOUT_FILES_H

#include "forge/build/layout_source.h"
#include "fsimage/disk/boot_menu.h"
#include "fsimage/disk/fstab.h"
#include "fsimage/tree/tree_add.h"
#include "fsimage/tree/tree_edit.h"

/* What is new about the disk, for the texts that name it; borrowed. */
struct layout_news {
    const struct layout_request *request;
    const struct layout_source *source;
    struct fstab_disk fstab;
    struct boot_change menu;
    int64_t now; /* the time of entries that are made */
};

enum { LAYOUT_EDITS = 6, LAYOUT_ADDITIONS = 21 };

/* One reading of the files. {0} before; clear with layout_files_clear. */
struct layout_files {
    struct tree *tree;
    const struct layout_news *news; /* borrowed */
    char *fstab, *menu_lst;         /* what replaces these; NULL: they are made to fit */
    char *old_fstab;                /* what was replaced, when the tree has come to it */
    struct tree_edit edits[LAYOUT_EDITS];
    struct tree_addition additions[LAYOUT_ADDITIONS];
};

/* Open the files as they will be on the disk of NEWS, from the beginning. What the rules leave out
 * is told to the log if REPORT. */
MUST_CHECK int layout_files_open(struct layout_files *files, const struct layout_news *news,
                                 bool report, struct error **err);

void layout_files_clear(struct layout_files *files);
#define AUTO_LAYOUT_FILES __attribute__((cleanup(layout_files_clear)))

#endif
