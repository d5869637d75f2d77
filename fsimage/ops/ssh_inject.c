/* SPDX-License-Identifier: Apache-2.0 */
/* --ssh-inject USER[:SELECTOR]: public keys appended to a user's authorized_keys. */
#include "fsimage/ops/ssh_inject.h"
#include "fsimage/ops/accounts.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

#include <glob.h>
#include <string.h>
#include <sys/stat.h>

/* The key that ssh-copy-id(1) would take: the newest ~/.ssh/id_*.pub. Owned path. */
static char *default_key(struct error **err)
{
    const char *home = getenv("HOME");
    AUTO_FREE char *pattern = xasprintf("%s/.ssh/id_*.pub", home ? home : "");
    glob_t found = { 0 };
    const char *newest = NULL;
    struct stat best = { 0 };
    if (home && glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct stat stat_buffer;
            if (stat(found.gl_pathv[i], &stat_buffer) == 0 &&
                (!newest || stat_buffer.st_mtime > best.st_mtime)) {
                newest = found.gl_pathv[i];
                best = stat_buffer;
            }
        }
    char *path = xstrdup(newest);
    globfree(&found);
    if (!path)
        error_set(err, ERROR_USAGE,
                  "there is no ~/.ssh/id_*.pub: give the key as USER:file:PATH or USER:key:TEXT");
    return path;
}

/* A line of authorized_keys, sshd(8): [OPTIONS] TYPE BASE64 [COMMENT]; options may have blanks. */
static bool is_key_line(const char *line)
{
    static const char *const types[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-" };
    for (const char *word = line; *word; word += strspn(word, " ")) {
        for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
            const char *blank = strchr(word, ' ');
            if (starts_with(word, types[i]) && blank && starts_with(blank + 1, "AAAA"))
                return true;
        }
        word += strcspn(word, " ");
    }
    return false;
}

int ssh_keys_parse(const char *text, struct string_list *keys, struct error **err)
{
    AUTO_STRINGS struct string_list lines = { 0 };
    string_list_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.count; i++) {
        const char *line = lines.items[i];
        if (*line == '#')
            continue;
        if (starts_with(line, "-----BEGIN"))
            return error_set(err, ERROR_USAGE, "that is a private key: give the public one");
        for (const char *at = line; *at; at++)
            if ((unsigned char)*at < ' ')
                return error_set(err, ERROR_USAGE, "the key has control characters");
        if (!is_key_line(line))
            return error_set(err, ERROR_USAGE, "that is not an SSH public key: %.40s", line);
        string_list_add(keys, line);
    }
    return keys->count ? 0 : error_set(err, ERROR_USAGE, "there is no SSH public key");
}

/* The text that the selector leads to; owned. *FILE receives the file it is from, owned, if any. */
static char *read_selector(const struct customize_step *step, const char *selector, char **file,
                           struct error **err)
{
    if (!selector || starts_with(selector, "file:")) {
        *file = selector ? xstrdup(selector + strlen("file:")) : default_key(err);
        AUTO_FREE char *path = *file ? local_path(step, *file) : NULL;
        return path ? local_file_read(path, err) : NULL;
    }
    if (starts_with(selector, "key:") || starts_with(selector, "string:"))
        return xstrdup(strchr(selector, ':') + 1);
    error_set(err, ERROR_USAGE, "the key is given as USER, USER:file:PATH or USER:key:TEXT");
    return NULL;
}

/* Leaves the user in FIRST, the keys in ITEMS, the file that they are from in PREPARED. */
int check_ssh_inject(struct customize_step *step, struct error **err)
{
    char *colon = strchr(step->first, ':');
    AUTO_FREE char *user =
        xstrndup(step->first, colon ? (size_t)(colon - step->first) : strlen(step->first));
    if (!*user || strpbrk(user, " /\t\n"))
        return error_set(err, ERROR_USAGE, "that is not the name of a user");
    AUTO_FREE char *file = NULL;
    AUTO_FREE char *text = read_selector(step, colon ? colon + 1 : NULL, &file, err);
    if (!text || ssh_keys_parse(text, &step->items, err))
        return -1;
    step->prepared = STEAL(file);
    free(step->first);
    step->first = STEAL(user);
    return 0;
}

void files_ssh_inject(const struct customize_step *step, struct string_list *names)
{
    if (step->prepared)
        string_list_add(names, step->prepared);
}

int keys_ssh_inject(const struct customize_step *step, struct string_list *keys, struct error **err)
{
    (void)err;
    string_list_copy(keys, &step->items);
    return 0;
}

char *ssh_keys_merge(const char *text, const struct string_list *keys)
{
    AUTO_STRINGS struct string_list lines = { 0 };
    string_list_split(&lines, text, '\n');
    size_t length = strlen(text);
    char *merged = xasprintf("%s%s", text, length && text[length - 1] != '\n' ? "\n" : "");
    for (size_t i = 0; i < keys->count; i++) {
        if (string_list_contains(&lines, keys->items[i]))
            continue;
        string_list_add(&lines, keys->items[i]);
        char *longer = xasprintf("%s%s\n", merged, keys->items[i]);
        free(merged);
        merged = longer;
    }
    return merged;
}

/* sshd's StrictModes wants both to be the user's alone. */
static int give_to_user(struct guest *guest, const char *path, int mode,
                        const struct account *account, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    if (guestfs_chown(g, account->uid, account->gid, path) || guestfs_chmod(g, mode, path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

static int inject(struct guest *guest, const struct string_list *keys,
                  const struct account *account, struct error **err)
{
    AUTO_FREE char *dir = path_join(account->home, ".ssh");
    AUTO_FREE char *file = path_join(dir, "authorized_keys");
    int home = guest_file_is_directory(guest, account->home, err);
    if (home <= 0)
        return home < 0 ? -1
                        : error_set(err, ERROR_GUEST, "the home directory %s does not exist",
                                    account->home);
    if (guest_file_make_directory(guest, dir, err))
        return -1;
    size_t length;
    AUTO_FREE char *before = guest_file_read_or_empty(guest, file, &length, err);
    if (!before)
        return -1;
    AUTO_FREE char *after = ssh_keys_merge(before, keys);
    if (guest_file_write(guest, file, after, strlen(after), err))
        return -1;
    return give_to_user(guest, dir, 0700, account, err) ||
                   give_to_user(guest, file, 0600, account, err)
               ? -1
               : 0;
}

int ssh_keys_install(struct guest *guest, const char *user, const struct string_list *keys,
                     struct error **err)
{
    struct account account = { 0 };
    if (account_find_user(guest, user, &account, err))
        return -1;
    int result = inject(guest, keys, &account, err);
    free(account.home);
    return result;
}

int op_ssh_inject(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return ssh_keys_install(guest, step->first, &step->items, err);
}
