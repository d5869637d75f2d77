/* SPDX-License-Identifier: Apache-2.0 */
/* Line by line through an fstab(5); and two that replace it. */
#include "fsimage/disk/fstab.h"

#include <stdio.h>
#include <string.h>

enum { SPEC, FILE_NAME, TYPE, OPTIONS, FREQUENCY, PASS, FIELDS };

/* The fields of LINE; false for a comment, an empty line, and what has too few of them. */
static bool split(const char *line, struct string_list *fields)
{
    AUTO_FREE char *blanks = xstrdup(line);
    for (char *at = blanks; *at; at++)
        if (*at == '\t')
            *at = ' ';
    string_list_split(fields, blanks, ' ');
    return fields->count > TYPE && fields->items[0][0] != '#';
}

static const char *field_or(const struct string_list *fields, size_t index, const char *otherwise)
{
    return fields->count > index ? fields->items[index] : otherwise;
}

/* Do mount options of one type suit the other? Those of ext2, ext3 and ext4 are one family's. */
static bool options_suit(const char *old_type, const char *new_type)
{
    return strcmp(old_type, new_type) == 0 || strcmp(old_type, "auto") == 0 ||
           (starts_with(old_type, "ext") && starts_with(new_type, "ext"));
}

/* The line of a file system that is new: SPEC at PLACE with TYPE. */
static char *new_line(const struct string_list *fields, const char *spec, const char *place,
                      const char *type, const char *pass)
{
    bool suit = options_suit(field_or(fields, TYPE, ""), type);
    const char *options = suit ? field_or(fields, OPTIONS, "defaults") : "defaults";
    return xasprintf("%s %s %s %s %s %s", spec, place, type, options,
                     field_or(fields, FREQUENCY, "0"), field_or(fields, PASS, pass));
}

/* Swap files live in the tree and stay; partitions and volumes are gone. */
static bool is_gone_swap(const struct string_list *fields)
{
    const char *spec = fields->items[SPEC];
    return strcmp(fields->items[TYPE], "swap") == 0 &&
           (spec[0] != '/' || starts_with(spec, "/dev/"));
}

/* Mount points are compared without a slash at their end. */
static char *place_of(const struct string_list *fields)
{
    AUTO_FREE char *place = xstrdup(fields->items[FILE_NAME]);
    size_t length = strlen(place);
    while (length > 1 && place[length - 1] == '/')
        place[--length] = '\0';
    return STEAL(place);
}

static bool is_efi(const char *place)
{
    return strcmp(place, "/boot/efi") == 0 || strcmp(place, "/efi") == 0;
}

/* Why the file system at PLACE is not there any more; NULL when it is. */
static const char *reason_gone(const struct string_list *fields, const char *place,
                               const struct fstab_disk *disk)
{
    if (is_efi(place))
        return "there is no EFI system partition";
    if (is_gone_swap(fields))
        return "this swap space was left out";
    if (disk->merged && string_list_contains(disk->merged, place))
        return "now a part of the root file system";
    return NULL;
}

/* What a text has to have. */
struct found {
    bool root, efi;
};

/* LINE, without its newline, as it has to be; owned. */
static char *rewrite_line(const char *line, const struct fstab_disk *disk, struct found *found)
{
    AUTO_STRINGS struct string_list fields = { 0 };
    if (!split(line, &fields))
        return xstrdup(line);
    AUTO_FREE char *place = place_of(&fields);
    if (strcmp(place, "/") == 0) {
        found->root = true;
        return new_line(&fields, disk->root_spec, place, disk->root_type, "1");
    }
    if (is_efi(place) && disk->efi_spec && !found->efi) {
        found->efi = true;
        return new_line(&fields, disk->efi_spec, place, "vfat", "0");
    }
    const char *reason = reason_gone(&fields, place, disk);
    return reason ? xasprintf("# %s: %s", reason, line) : xstrdup(line);
}

static char *missing_lines(const struct fstab_disk *disk, const struct found *found)
{
    static const struct string_list none = { 0 };
    AUTO_FREE char *root =
        found->root ? xstrdup("") : new_line(&none, disk->root_spec, "/", disk->root_type, "1");
    AUTO_FREE char *efi =
        found->efi || !disk->efi_spec
            ? xstrdup("")
            : xasprintf("%s /boot/efi vfat umask=0077,nofail 0 0\n", disk->efi_spec);
    return xasprintf("%s%s%s", root, *root ? "\n" : "", efi);
}

char *fstab_rewrite(const char *text, const struct fstab_disk *disk)
{
    char *changed = NULL;
    size_t size;
    FILE *out = open_memstream(&changed, &size);
    struct found found = { 0 };
    bool complete = true; /* the last line has its newline */
    AUTO_FREE char *lines = xstrdup(text);
    for (char *rest = lines; rest && *rest;) {
        const char *line = strsep(&rest, "\n");
        complete = rest;
        AUTO_FREE char *rewritten = rewrite_line(line, disk, &found);
        fprintf(out, "%s%s", rewritten, complete ? "\n" : "");
    }
    AUTO_FREE char *missing = missing_lines(disk, &found);
    fprintf(out, "%s%s", *missing && !complete ? "\n" : "", missing);
    fclose(out);
    return changed;
}

char *fstab_template(enum fstab_template which, const char *root_type)
{
    static const char *const titles[] = { [FSTAB_DEFAULT] = "Default", [FSTAB_LEGACY] = "Legacy" };
    static const char *const others[] = {
        [FSTAB_DEFAULT] = "/dev/sdb  /mnt  ext3    defaults 0 0\n"
                          "none      /dev/pts devpts  gid=5,mode=620 0 0\n",
        [FSTAB_LEGACY] = "/dev/sda2 /mnt  ext3    defaults 0 0\n"
                         "/dev/sda3 swap  swap    defaults 0 0\n",
    };
    return xasprintf("# %s /etc/fstab\n"
                     "# Supplied by: ec2-ami-tools-1.5-3\n"
                     "/dev/sda1 /     %-7s defaults 1 1\n"
                     "%s"
                     "none      /proc proc    defaults 0 0\n"
                     "none      /sys  sysfs   defaults 0 0\n",
                     titles[which], root_type, others[which]);
}
