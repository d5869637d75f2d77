/* SPDX-License-Identifier: Apache-2.0 */
/* FORMAT.md 10, steps 1 and 7, as rules of which the first that matches wins. */
#include "forge/compat/volume_rules.h"

#include <stdio.h>
#include <string.h>

static const char wildcards[] = "*?[";

/* Takes PATTERN. */
static void add(struct volume_rules *rules, enum tree_rule kind, char *pattern)
{
    rules->items = xrealloc(rules->items, rules->count + 1, sizeof(*rules->items));
    rules->items[rules->count++] = (struct layout_rule){ kind, pattern };
}

/* Each byte that means something is a set of its own, so that more can be appended. */
char *volume_quote(const char *path)
{
    char *quoted = xcalloc(4 * strlen(path) + 1, 1), *to = quoted;
    for (; *path; path++) {
        if (*path == '\\')
            to = stpcpy(to, "[\\\\]");
        else if (strchr(wildcards, *path))
            to += sprintf(to, "[%c]", *path);
        else
            *to++ = *path;
    }
    return quoted;
}

/* PATH from the volume's top on: one slash in front, none behind. Owned. */
static char *from_top(const char *path)
{
    path += strspn(path, "/");
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    AUTO_FREE char *inner = xstrndup(path, length);
    return xasprintf("/%s", inner);
}

/* A directory that PATTERN matches stays, and is empty; what else has the name goes. */
static void exclude_contents(struct volume_rules *rules, const char *pattern)
{
    add(rules, TREE_INCLUDE, xasprintf("%s/", pattern));
    add(rules, TREE_EXCLUDE, xasprintf("%s/*", pattern));
    add(rules, TREE_EXCLUDE, xstrdup(pattern));
}

void volume_rules_include(struct volume_rules *rules, const char *path)
{
    add(rules, TREE_INCLUDE, from_top(path));
}

void volume_rules_exclude(struct volume_rules *rules, const char *path)
{
    AUTO_FREE char *given = from_top(path);
    AUTO_FREE char *pattern = strpbrk(given, wildcards) ? xstrdup(given) : volume_quote(given);
    if (strchr(pattern + 1, '/'))
        add(rules, TREE_EXCLUDE, xstrdup(pattern));
    else
        exclude_contents(rules, pattern);
    string_list_add(&rules->excluded, given);
}

/* What follows ROOT in PATH, with its slash; NULL when PATH is not below ROOT. Borrowed. */
static const char *below(const char *path, const char *root)
{
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    bool is_below = strncmp(path, root, length) == 0 && path[length] == '/' && path[length + 1];
    return is_below ? path + length : NULL;
}

/* The original's list has tmpfs and lacks btrfs. */
static bool is_local(const char *type)
{
    static const char *const types[] = {
        "ext2", "ext3", "ext4", "xfs", "jfs", "reiserfs", "btrfs"
    };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

void volume_rules_exclude_mounts(struct volume_rules *rules, const char *root,
                                 const struct local_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const struct local_mount *mount = &mounts->items[i];
        const char *path = below(mount->point, root);
        bool seen = local_mounts_find(mounts, mount->point) == mount;
        if (!path || !seen || is_local(mount->type))
            continue;
        AUTO_FREE char *pattern = volume_quote(path);
        exclude_contents(rules, pattern);
        string_list_add(&rules->excluded, path);
    }
}

void volume_rules_exclude_special(struct volume_rules *rules)
{
    static const char *const paths[] = { "/dev", "/media", "/mnt", "/proc", "/sys" };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        volume_rules_exclude(rules, paths[i]);
}

void volume_rules_exclude_output(struct volume_rules *rules, const char *root,
                                 const char *directory, const char *name)
{
    static const char *const ends[] = { "", ".manifest.xml", ".part.*" };
    AUTO_FREE char *image = path_join(directory, name);
    AUTO_FREE char *work = path_join(directory, ".forge-");
    if (!below(image, root))
        return;
    AUTO_FREE char *pattern = volume_quote(below(image, root));
    AUTO_FREE char *work_pattern = volume_quote(below(work, root));
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        add(rules, TREE_EXCLUDE, xasprintf("%s%s", pattern, ends[i]));
    add(rules, TREE_EXCLUDE, xasprintf("%s*", work_pattern));
    string_list_add(&rules->excluded, below(image, root));
}

void volume_rules_add_filter(struct volume_rules *rules)
{
    for (size_t i = 0; layout_filter[i]; i++)
        add(rules, TREE_EXCLUDE, xstrdup(layout_filter[i]));
}

void volume_rules_clear(struct volume_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        free((char *)rules->items[i].pattern);
    free(rules->items);
    string_list_clear(&rules->excluded);
    *rules = (struct volume_rules){ 0 };
}
