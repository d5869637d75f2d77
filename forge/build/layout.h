/* SPDX-License-Identifier: Apache-2.0 */
/* The disk that comes out: of which layout, how large, with which files; and how it is made. */
#ifndef FORGE_BUILD_LAYOUT_H
#define FORGE_BUILD_LAYOUT_H

#include "forge/base/progress.h"
#include "fsimage/disk/disk_table.h"
#include "fsimage/ext/ext_writer.h"
#include "fsimage/tree/tree_filter.h"

/* How large the disk becomes. */
enum layout_size {
    LAYOUT_AS_SOURCE, /* the root file system as large as those were that it is made of; of a tree,
                         as small as it can be and a quarter more */
    LAYOUT_MIN,       /* as small as it can be */
    LAYOUT_EXACT,     /* the disk has size bytes */
    LAYOUT_FREE,      /* size bytes are free in the root file system */
};

/* One rule of what is copied, in order. */
struct layout_rule {
    enum tree_rule kind;
    const char *pattern;
};

/* What becomes of /etc/fstab. The one that is replaced stays as /etc/fstab.old. */
enum layout_fstab {
    LAYOUT_FSTAB_KEEP,    /* made to fit the disk */
    LAYOUT_FSTAB_DEFAULT, /* replaced by a template of fstab.h */
    LAYOUT_FSTAB_LEGACY,
    LAYOUT_FSTAB_TEXT, /* replaced by fstab_text, as it is */
};

/* What ec2-bundle-vol leaves out by its names (FORMAT.md 10, step 7), for rules that come last:
 * private keys, editors' backups, histories. NULL-terminated. */
extern const char *const layout_filter[];

/* What is wanted; {0} is the disk as it is. Everything is borrowed for the run. */
struct layout_request {
    enum disk_layout layout;
    enum layout_size size_kind;
    int64_t size;
    enum ext_type type; /* 0: as the source's when it is one of them, else EXT_4 */
    const char *label;  /* NULL: as the source's */
    const char *uuid;   /* of the root file system, as text; NULL: the source's, or a new one */
    unsigned reserved_percent;
    bool old_boot_loader;
    bool efi;    /* with an EFI system partition; DISK_GPT only */
    int64_t now; /* seconds since 1970 that the file system was made, no file of it being newer; 0:
                    the clock's */
    int64_t started;   /* when the run began, set by the flow */
    bool reproducible; /* nothing by chance: a now of 0 is the earliest time, which is also given to
                          what the run touched; and where no UUID is known it has to be given */
    const struct layout_rule *rules;
    size_t rule_count;
    enum layout_fstab fstab;
    const char *fstab_text;
    const char *fstab_path; /* the file that fstab_text is from; NULL: none */
    const char *menu_lst;   /* takes the place of /boot/grub/menu.lst; NULL: none */
    bool system_places;     /* make what a system without its /dev and mounts lacks: mount points,
                               device nodes, /etc/mtab (FORMAT.md 10, steps 6 and 10) */
    bool mask_free;         /* of DISK_KEEP: what its file systems call free reads as zeros */
    bool repair;            /* ext file systems with errors are repaired first */
};

/* Mistakes in REQUEST that show without a source: ERROR_USAGE. */
MUST_CHECK int layout_check(const struct layout_request *request, struct error **err);

/* Does a disk of LAYOUT have a table and a boot loader? */
bool layout_boots(enum disk_layout layout);

/* Write a fresh disk of the layout that REQUEST names, not DISK_KEEP, raw, to the new file PATH:
 * SOURCE's files in a file system of their own, their fstab and boot menu made to fit, and for a
 * disk that boots a table and SOURCE's boot loader. *SIZE receives its size. ERROR_USAGE when the
 * files do not fit, saying how much they need. */
struct layout_source;
MUST_CHECK int layout_make(const struct layout_request *request, const struct layout_source *source,
                           const char *path, struct progress *progress, int64_t *size,
                           struct error **err);

#endif
