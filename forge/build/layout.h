/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of files, wherever it is, on a fresh disk of the wanted layout. */
#ifndef FORGE_BUILD_CONVERT_H
#define FORGE_BUILD_CONVERT_H

#include "forge/join/input.h"
#include "fsimage/disk_table.h"
#include "fsimage/ext_writer.h"
#include "fsimage/guest.h"
#include "fsimage/tree_filter.h"

/* How large the result becomes. */
enum convert_size {
    CONVERT_AS_SOURCE, /* the root file system as large as it was; of a tree, as small as it can be
                          and a quarter more */
    CONVERT_MIN,       /* as small as it can be */
    CONVERT_EXACT,     /* the disk has size bytes */
    CONVERT_FREE,      /* size bytes are free in the root file system */
};

/* One rule of what is copied, in order. */
struct convert_rule {
    enum tree_rule kind;
    const char *pattern;
};

/* Everything is borrowed for the run. */
struct convert_request {
    const char *path; /* a disk image, a bundle's manifest, a tar archive, a directory */
    struct input_options input;
    struct guest_options guest;
    const char *output;
    enum image_format output_format;
    bool replace;

    enum disk_layout layout;
    enum convert_size size_kind;
    int64_t size;
    enum ext_type type; /* 0: as the source's when it is one of them, else EXT_4 */
    const char *label;  /* NULL: as the source's */
    const char *uuid;   /* of the root file system, as text; NULL: the source's, or a new one */
    unsigned reserved_percent;
    bool old_boot_loader;
    int64_t now; /* seconds since 1970 that the file system was made; 0: the clock's */
    const struct convert_rule *rules;
    size_t rule_count;
};

/* Is PATH an archive or a directory, not an image or a manifest? */
bool convert_takes_files(const char *path);

/* Write request->output: whole, or not at all. Of DISK_KEEP it is the image as it is, in
 * output_format; of the others a fresh file system with the source's files, its fstab and boot menu
 * made to fit, and for DISK_MBR and DISK_GPT a table and the guest's GRUB. */
MUST_CHECK int forge_convert(const struct convert_request *request, struct progress *progress,
                             struct error **err);

#endif
