/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups looked up in the guest's passwd(5) and group(5) files. */
#include "fsimage/ops/accounts.h"
#include "fsimage/guest/guest_file.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 32 };

bool account_is_name(const char *name, size_t length)
{
    bool good = length && length <= NAME_MAX_LENGTH &&
                (isalpha((unsigned char)*name) || *name == '_');
    for (size_t i = 0; i < length; i++)
        good &= isalnum((unsigned char)name[i]) || (name[i] && strchr("_.-", name[i]));
    return good;
}

char *account_find_line(char *text, const char *name)
{
    size_t length = strlen(name);
    for (char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n')
            line++;
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            return line;
    }
    return NULL;
}

/* The fields of NAME's line in the file PATH, COUNT of them at least; WHAT is "user" or "group". */
static int find_fields(struct guest *guest, const char *path, const char *what, const char *name,
                       struct string_list *fields, size_t count, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    if (!text)
        return -1;
    char *line = account_find_line(text, name);
    if (!line)
        return error_set(err, ERROR_GUEST, "the guest has no %s \"%s\"", what, name);
    line[strcspn(line, "\n")] = '\0';
    for (char *field; (field = strsep(&line, ":"));)
        string_list_add(fields, field);
    if (fields->count < count)
        return error_set(err, ERROR_GUEST, "the line of %s in the guest's %s is damaged", name,
                         path);
    return 0;
}

static int has_line(struct guest *guest, const char *path, const char *name, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    return text ? account_find_line(text, name) != NULL : -1;
}

int account_exists(struct guest *guest, const char *user, struct error **err)
{
    return has_line(guest, "/etc/passwd", user, err);
}

int account_group_exists(struct guest *guest, const char *group, struct error **err)
{
    return has_line(guest, "/etc/group", group, err);
}

static int parse_id(const char *text, const char *path, int *id, struct error **err)
{
    int64_t value;
    if (!parse_integer(text, 0, INT32_MAX, &value))
        return error_set(err, ERROR_GUEST, "\"%s\" in the guest's %s is not a number", text, path);
    *id = (int)value;
    return 0;
}

int account_find_user(struct guest *guest, const char *name, struct account *account,
                      struct error **err)
{
    static const char path[] = "/etc/passwd";
    AUTO_STRINGS struct string_list fields = { 0 };
    if (find_fields(guest, path, "user", name, &fields, 6, err) ||
        parse_id(fields.items[2], path, &account->uid, err) ||
        parse_id(fields.items[3], path, &account->gid, err))
        return -1;
    account->home = xstrdup(fields.items[5]);
    return 0;
}

int account_find_group(struct guest *guest, const char *name, int *gid, struct error **err)
{
    static const char path[] = "/etc/group";
    AUTO_STRINGS struct string_list fields = { 0 };
    if (find_fields(guest, path, "group", name, &fields, 3, err))
        return -1;
    return parse_id(fields.items[2], path, gid, err);
}
