/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over the names in a guest, held against the rules of all operations at once.
 *
 * The names come from find(1) in the appliance, which follows no symbolic link: every path is where
 * it says, so that rm, which libguestfs runs outside of its chroot, stays in the guest. The rules'
 * directories are resolved instead, inside the guest. Names are read from a file one at a time. */
#include "fsimage/sysprep/search.h"
#include "forge/base/cancel.h"
#include "forge/base/workdir.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/sysprep/search_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

DEFINE_CLEANUP(FILE *, fclose)

/* -- what is found -- */

static struct sysprep_change *append(struct sysprep_search *search)
{
    struct sysprep_changes *found = search->found;
    if (found->count >= SYSPREP_LISTED_MAX) {
        found->more++;
        return NULL;
    }
    if ((found->count & (found->count - 1)) == 0) /* room for the next power of two */
        found->items =
            xrealloc(found->items, found->count ? 2 * found->count : 1, sizeof(*found->items));
    found->items[found->count] = (struct sysprep_change){ .op = search->op };
    return &found->items[found->count++];
}

void sysprep_search_add(struct sysprep_search *search, enum sysprep_action action, const char *path,
                        const char *what)
{
    struct sysprep_change *change = append(search);
    if (!change)
        return;
    change->action = action;
    change->path = xstrdup(path);
    change->what = what;
}

void sysprep_search_add_edit(struct sysprep_search *search, const char *path, char *text)
{
    struct sysprep_change *change = append(search);
    if (!change) {
        free(text);
        return;
    }
    change->action = SYSPREP_EDIT;
    change->path = xstrdup(path);
    change->text = text;
}

char *sysprep_drop_lines(const char *text, const char *words)
{
    AUTO_STRINGS struct string_list prefixes = { 0 };
    string_list_split(&prefixes, words, ' ');
    char *kept = xcalloc(strlen(text) + 1, 1), *end = kept;
    bool dropped = false;
    for (const char *line = text; *line;) {
        const char *newline = strchr(line, '\n');
        size_t length = newline ? (size_t)(newline + 1 - line) : strlen(line);
        bool drop = false;
        for (size_t i = 0; i < prefixes.count; i++)
            drop |= starts_with(line, prefixes.items[i]);
        if (!drop)
            end = mempcpy(end, line, length);
        dropped |= drop;
        line += length;
    }
    if (!dropped)
        free(STEAL(kept));
    return kept;
}

int sysprep_search_resolve(struct guest *guest, const char *path, char **real, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    guestfs_push_error_handler(g, NULL, NULL); /* that there is nothing is no news */
    *real = guestfs_realpath(g, path);
    guestfs_pop_error_handler(g);
    int code = *real ? 0 : guestfs_last_errno(g);
    if (*real || code == ENOENT || code == ENOTDIR || code == ELOOP)
        return *real != NULL;
    return guest_error(guest, err, "%s", path);
}

/* -- the walk -- */

/* 1 when the file at PATH is what RULE is about, 0 when not. */
static int suits(struct sysprep_search *search, const struct sysprep_rule *rule, const char *path,
                 struct error **err)
{
    if (rule->action == SYSPREP_REMOVE && rule->kind == SYSPREP_ANYTHING)
        return 1;
    AUTO(guestfs_free_statns)
    struct guestfs_statns *stat = guestfs_lstatns(guest_handle(search->guest), path);
    if (!stat)
        return guest_error(search->guest, err, "%s", path);
    if (rule->kind == SYSPREP_FILE)
        return !S_ISDIR(stat->st_mode);
    if (!S_ISREG(stat->st_mode))
        return 0;
    if (rule->action == SYSPREP_EMPTY)
        return stat->st_size > 0;
    if (rule->action != SYSPREP_EDIT)
        return 1;
    size_t length;
    AUTO_FREE char *text = guest_file_read(search->guest, path, &length, err);
    if (!text)
        return -1;
    AUTO_FREE char *edited = sysprep_drop_lines(text, rule->lines);
    return edited != NULL;
}

/* An unnamed file for names, which may be many. */
static FILE *open_names(struct error **err)
{
    AUTO_FD int fd = temporary_file(err);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (file)
        steal_fd(&fd);
    else
        error_set_errno(err, "opening a temporary file");
    return file;
}

/* What LIST, a call of libguestfs's, finds in DIRECTORY: names with a NUL behind each. */
static FILE *list_names(struct sysprep_search *search,
                        int (*list)(guestfs_h *g, const char *directory, const char *file),
                        const char *directory, struct error **err)
{
    AUTO(fclose) FILE *names = open_names(err);
    if (!names)
        return NULL;
    AUTO_FREE char *target = xasprintf("/dev/fd/%d", fileno(names));
    if (list(guest_handle(search->guest), directory, target)) {
        guest_error(search->guest, err, "listing %s", directory);
        return NULL;
    }
    return STEAL(names);
}

/* PATH, if it is a directory, stays for the keys in it, and nothing else in it does. */
static int remove_beside_keys(struct sysprep_search *search, const char *path, struct error **err)
{
    int is_directory = guestfs_is_dir(guest_handle(search->guest), path); /* a link is none */
    if (is_directory <= 0)
        return is_directory < 0 ? guest_error(search->guest, err, "%s", path) : 0;
    AUTO(fclose) FILE *names = list_names(search, guestfs_ls0, path, err);
    if (!names)
        return -1;
    AUTO_FREE char *name = NULL;
    size_t room = 0;
    while (!search->found->more && getdelim(&name, &room, '\0', names) > 0) {
        AUTO_FREE char *child = path_join(path, name);
        if (!given_stays(search, child))
            sysprep_search_add(search, SYSPREP_REMOVE, child, NULL);
        else if (cancel_check(err) || remove_beside_keys(search, child, err))
            return -1;
    }
    return 0;
}

static int look_at(struct sysprep_search *search, const char *path, struct error **err)
{
    const struct search_path candidate = search_path_of(search, path);
    const struct sysprep_op *settled = NULL; /* its first rule that matches decides */
    for (size_t i = 0; i < search->rule_count; i++) {
        const struct search_rule *rule = &search->rules[i];
        if (rule->op == settled || !search_rule_matches(rule, &candidate))
            continue;
        if (rule->rule->action == SYSPREP_KEEP) {
            settled = rule->op;
            continue;
        }
        int suitable = suits(search, rule->rule, path, err);
        if (suitable < 0)
            return -1;
        if (!suitable)
            continue;
        settled = search->op = rule->op;
        if (rule->rule->action == SYSPREP_REMOVE && given_stays(search, path)) {
            if (remove_beside_keys(search, given_directory(&search->given, path), err))
                return -1;
            continue;
        }
        struct sysprep_change *change = append(search);
        if (!change)
            return 0;
        change->action = rule->rule->action;
        change->path = xstrdup(path);
        change->rule = rule->rule;
    }
    return 0;
}

/* ROOT is a directory without symbolic links on the way. */
static int walk(struct sysprep_search *search, const char *root, struct error **err)
{
    AUTO(fclose) FILE *names = list_names(search, guestfs_find0, root, err);
    if (!names)
        return -1;
    AUTO_FREE char *name = NULL;
    size_t room = 0;
    while (!search->found->more && getdelim(&name, &room, '\0', names) > 0) {
        AUTO_FREE char *path = path_join(root, name + strspn(name, "/"));
        if (cancel_check(err) || look_at(search, path, err))
            return -1;
    }
    return 0;
}

/* The directory to walk for what is in DIRECTORY: the one in "/" that it is in, so that few walks
 * do for many rules; but of /usr, which is large, only what a rule is about. Owned. */
static char *root_of(const char *directory)
{
    if (starts_with(directory, "/usr/"))
        return xstrdup(directory);
    return xstrndup(directory, 1 + strcspn(directory + 1, "/"));
}

static void add_root(struct string_list *roots, const char *directory)
{
    AUTO_FREE char *root = root_of(directory);
    if (!string_list_contains(roots, root))
        string_list_add(roots, root);
}

static void add_home_roots(const struct sysprep_search *search, struct string_list *roots)
{
    if (search->home_parent)
        add_root(roots, search->home_parent);
    for (size_t i = 0; i < search->homes.count; i++)
        add_root(roots, search->homes.items[i]);
}

static int walk_all(struct sysprep_search *search, struct error **err)
{
    AUTO_STRINGS struct string_list roots = { 0 };
    bool homes = false;
    for (size_t i = 0; i < search->rule_count; i++) {
        if (search->rules[i].directory)
            add_root(&roots, search->rules[i].directory);
        else if (!homes)
            add_home_roots(search, &roots);
        homes |= !search->rules[i].directory;
    }
    for (size_t i = 0; i < roots.count; i++) {
        int is_directory = guest_file_is_directory(search->guest, roots.items[i], err);
        if (is_directory < 0 || (is_directory && walk(search, roots.items[i], err)))
            return -1;
    }
    return 0;
}

/* What is to be made does not turn up on the way. */
static int find_missing(struct sysprep_search *search, struct error **err)
{
    for (const struct sysprep_rule *rule = search->op->rules; rule && rule->pattern; rule++) {
        int exists = rule->action == SYSPREP_CREATE
                         ? guest_file_exists(search->guest, rule->pattern, err)
                         : 1;
        if (exists < 0)
            return -1;
        if (!exists)
            sysprep_search_add(search, SYSPREP_CREATE, rule->pattern, NULL);
    }
    return 0;
}

int sysprep_search_run(struct sysprep_search *search, struct error **err)
{
    if (given_find(search, err) || search_rules_prepare(search, err) ||
        (search->rule_count && walk_all(search, err)))
        return -1;
    for (size_t i = 0; i < sysprep_op_count; i++) {
        search->op = &sysprep_ops[i];
        if (!sysprep_plan_has(search->plan, search->op))
            continue;
        if (find_missing(search, err) || (search->op->find && search->op->find(search, err)))
            return error_wrap(err, "sysprep %s", search->op->name);
    }
    sysprep_changes_settle(search->found);
    return 0;
}

void sysprep_search_clear(struct sysprep_search *search)
{
    search_rules_clear(search);
    given_clear(&search->given);
    string_list_clear(&search->homes);
    free(search->home_parent);
}
