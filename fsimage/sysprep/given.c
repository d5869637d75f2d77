/* SPDX-License-Identifier: Apache-2.0 */
/* SSH keys of the steps' stay where sysprep removes all others. They are found by the account, as
 * the step found it, and told from others by their whole line. */
#include "fsimage/sysprep/given.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/accounts.h"
#include "fsimage/sysprep/search.h"

#include <string.h>

bool given_has_account(const struct customize_plan *steps, const char *user)
{
    for (size_t i = 0; steps && i < steps->count; i++)
        if (steps->steps[i].op->of_account && strcmp(steps->steps[i].first, user) == 0)
            return true;
    return false;
}

static void file_clear(struct given_file *file)
{
    free(file->directory);
    free(file->real_directory);
    free(file->named);
    free(file->real);
    free(file->text);
    string_list_clear(&file->keys);
}

static bool is_at_or_in(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || !path[length]);
}

/* A link that leads from DIRECTORY to REAL, one of the system's top directories or one around it,
 * makes that no place for keys: everything else in it would go. */
static bool leads_too_high(const char *directory, const char *real)
{
    return strcmp(directory, real) != 0 &&
           (strrchr(real, '/') == real || is_at_or_in(directory, real));
}

/* Where sshd looks for the keys of an account with HOME: 1, or 0 when there is no such file. */
static int find_paths(struct guest *guest, const char *home, struct given_file *file,
                      struct error **err)
{
    AUTO_FREE char *real_home = NULL;
    int found = sysprep_search_resolve(guest, home, &real_home, err);
    if (found <= 0)
        return found;
    file->directory = path_join(real_home, ".ssh");
    found = sysprep_search_resolve(guest, file->directory, &file->real_directory, err);
    if (found <= 0 || leads_too_high(file->directory, file->real_directory))
        return found < 0 ? -1 : 0;
    file->named = path_join(file->real_directory, "authorized_keys");
    return sysprep_search_resolve(guest, file->named, &file->real, err);
}

/* The entry of the same file, or a new one, which takes FILE's paths. */
static struct given_file *entry_of(struct given *given, struct given_file *file)
{
    for (size_t i = 0; i < given->count; i++)
        if (strcmp(given->files[i].named, file->named) == 0)
            return &given->files[i];
    given->files = xrealloc(given->files, given->count + 1, sizeof(*given->files));
    given->files[given->count] = *file;
    *file = (struct given_file){ 0 };
    return &given->files[given->count++];
}

static int add_step(struct sysprep_search *search, const struct customize_step *step,
                    struct error **err)
{
    AUTO_STRINGS struct string_list keys = { 0 };
    int known = step->op->keys(step, &keys, err) ? -1 : 0;
    if (!known && keys.count)
        known = account_exists(search->guest, step->first, err);
    struct account account = { 0 };
    if (known <= 0 || account_find_user(search->guest, step->first, &account, err))
        return known ? -1 : 0;
    struct given_file file = { 0 };
    int found = find_paths(search->guest, account.home, &file, err);
    free(account.home);
    if (found > 0)
        string_list_copy(&entry_of(&search->given, &file)->keys, &keys);
    file_clear(&file);
    return found < 0 ? -1 : 0;
}

/* The lines of TEXT that are among KEYS; owned. */
static char *given_lines(const char *text, const struct string_list *keys)
{
    AUTO_STRINGS struct string_list lines = { 0 };
    string_list_split(&lines, text, '\n');
    char *kept = xcalloc(strlen(text) + 2, 1), *end = kept;
    for (size_t i = 0; i < lines.count; i++)
        if (string_list_contains(keys, lines.items[i]))
            end = stpcpy(stpcpy(end, lines.items[i]), "\n");
    return kept;
}

/* 1 when the file has keys of the steps', 0 when a later step has removed them. */
static int read_file(struct guest *guest, struct given_file *file, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, file->real, &length, err);
    if (!text)
        return -1;
    AUTO_FREE char *kept = given_lines(text, &file->keys);
    bool some = *kept;
    if (strlen(kept) != length || strcmp(kept, text) != 0) /* a NUL hides what is behind it */
        file->text = STEAL(kept);
    return some;
}

int given_find(struct sysprep_search *search, struct error **err)
{
    const struct customize_plan *steps = search->steps;
    struct given *given = &search->given;
    for (size_t i = 0; steps && i < steps->count; i++)
        if (steps->steps[i].op->keys && add_step(search, &steps->steps[i], err))
            return -1;
    size_t kept = 0;
    for (size_t i = 0; i < given->count; i++) {
        int some = read_file(search->guest, &given->files[i], err);
        if (some < 0)
            return -1;
        struct given_file file = given->files[i];
        given->files[i] = (struct given_file){ 0 };
        if (some)
            given->files[kept++] = file;
        else
            file_clear(&file);
    }
    given->count = kept;
    return 0;
}

bool given_stays(struct sysprep_search *search, const char *path)
{
    bool any = false;
    for (size_t i = 0; i < search->given.count; i++) {
        struct given_file *file = &search->given.files[i];
        bool stays = is_at_or_in(file->directory, path) || is_at_or_in(file->named, path) ||
                     is_at_or_in(file->real, path);
        if (stays && file->text)
            sysprep_search_add_edit(search, file->real, STEAL(file->text));
        any |= stays;
    }
    return any;
}

const char *given_directory(const struct given *given, const char *path)
{
    for (size_t i = 0; i < given->count; i++)
        if (strcmp(given->files[i].directory, path) == 0)
            return given->files[i].real_directory;
    return path;
}

void given_clear(struct given *given)
{
    for (size_t i = 0; i < given->count; i++)
        file_clear(&given->files[i]);
    free(given->files);
    *given = (struct given){ 0 };
}
