/* SPDX-License-Identifier: Apache-2.0 */
/* What of a volume goes into the image: ec2-bundle-vol's excludes and includes as rules. */
#ifndef FORGE_COMPAT_VOLUME_RULES_H
#define FORGE_COMPAT_VOLUME_RULES_H

#include "forge/base/strings.h"
#include "forge/build/layout.h"
#include "fsimage/disk/local_mounts.h"

/* {0} is the empty list. */
struct volume_rules {
    struct layout_rule *items; /* patterns owned */
    size_t count;
    struct string_list excluded; /* paths as they are shown */
};

/* A pattern for PATH itself, whatever its bytes mean to rsync or glob(3); owned. */
char *volume_quote(const char *path);

void volume_rules_include(struct volume_rules *rules, const char *path);

/* PATH, absolute within the volume, may have wildcards. A directory at the volume's top stays, and
 * is empty; any other goes. */
void volume_rules_exclude(struct volume_rules *rules, const char *path);

/* Below ROOT, a real path, every mount point of a file system that is not a local disk's. The
 * directory stays, and is empty. */
void volume_rules_exclude_mounts(struct volume_rules *rules, const char *root,
                                 const struct local_mounts *mounts);

/* /dev /media /mnt /proc /sys. */
void volume_rules_exclude_special(struct volume_rules *rules);

/* If DIRECTORY is below ROOT, what this run writes there: the image NAME, its bundle, and work
 * directories. */
void volume_rules_exclude_output(struct volume_rules *rules, const char *root,
                                 const char *directory, const char *name);

/* Private keys and what else layout_filter has. */
void volume_rules_add_filter(struct volume_rules *rules);

void volume_rules_clear(struct volume_rules *rules);

#endif
