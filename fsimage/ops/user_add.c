/* SPDX-License-Identifier: Apache-2.0 */
/* --user-add NAME[:SETTING,...]: an account made by the guest's own useradd(8), with what logs it
 * in and lets it become root. */
#include "fsimage/ops/accounts.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/ssh_inject.h"

#include <ctype.h>
#include <string.h>

/* A setting is NAME=VALUE, or NAME alone. OPTION is useradd's. */
struct setting {
    const char *name, *option;
    bool has_value;
    int (*check)(const struct customize_step *step, const char *value, struct error **err);
};

static int check_uid(const struct customize_step *step, const char *value, struct error **err)
{
    int64_t uid;
    (void)step;
    return parse_integer(value, 1, INT32_MAX, &uid)
               ? 0
               : error_set(err, ERROR_USAGE, "\"%s\" is not a user id", value);
}

static int check_groups(const struct customize_step *step, const char *value, struct error **err)
{
    AUTO_STRINGS struct string_list groups = { 0 };
    (void)step;
    string_list_split(&groups, value, '+');
    for (size_t i = 0; i < groups.count; i++)
        if (!account_is_name(groups.items[i], strlen(groups.items[i])))
            return error_set(err, ERROR_USAGE, "\"%s\" is not the name of a group",
                             groups.items[i]);
    return groups.count ? 0 : error_set(err, ERROR_USAGE, "there is no group");
}

static int check_group(const struct customize_step *step, const char *value, struct error **err)
{
    (void)step;
    return account_is_name(value, strlen(value))
               ? 0
               : error_set(err, ERROR_USAGE, "\"%s\" is not the name of a group", value);
}

static int check_path(const struct customize_step *step, const char *value, struct error **err)
{
    (void)step;
    return guest_path_check(value, err);
}

static int check_comment(const struct customize_step *step, const char *value, struct error **err)
{
    (void)step;
    for (const char *at = value; *at; at++)
        if (*at == ':' || iscntrl((unsigned char)*at))
            return error_set(err, ERROR_USAGE, "the comment has a colon or a control character");
    return 0;
}

static int read_keys(const struct customize_step *step, const char *name, struct string_list *keys,
                     struct error **err)
{
    AUTO_FREE char *path = local_path(step, name);
    AUTO_FREE char *text = local_file_read(path, err);
    if (!text)
        return -1;
    return ssh_keys_parse(text, keys, err) ? error_wrap(err, "%s", path) : 0;
}

static int check_key(const struct customize_step *step, const char *value, struct error **err)
{
    AUTO_STRINGS struct string_list keys = { 0 };
    return read_keys(step, value, &keys, err);
}

/* clang-format off */
static const struct setting settings[] = {
    { "comment", "--comment", true, check_comment },
    { "existing", NULL, false, NULL }, /* an account that is there stays as it is */
    { "group", "--gid", true, check_group },
    { "groups", "--groups", true, check_groups },
    { "home", "--home-dir", true, check_path },
    { "key", NULL, true, check_key },
    { "no-home", NULL, false, NULL },
    { "no-log-init", "--no-log-init", false, NULL },
    { "no-user-group", "--no-user-group", false, NULL },
    { "shell", "--shell", true, check_path },
    { "sudo", NULL, false, NULL },
    { "system", "--system", false, NULL },
    { "uid", "--uid", true, check_uid },
};

const char *const user_add_settings[] = {
    "comment", "existing", "group", "groups", "home", "key", "no-home", "no-log-init",
    "no-user-group", "shell", "sudo", "system", "uid", NULL,
};
/* clang-format on */

/* The row of TEXT, "NAME=VALUE" or "NAME", and its value. */
static const struct setting *find_setting(const char *text, const char **value)
{
    size_t length = strcspn(text, "=");
    *value = text[length] ? text + length + 1 : NULL;
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
        if (strlen(settings[i].name) == length && memcmp(settings[i].name, text, length) == 0)
            return &settings[i];
    return NULL;
}

static int check_setting(const struct customize_step *step, const char *text, struct error **err)
{
    const char *value;
    const struct setting *setting = find_setting(text, &value);
    if (!setting)
        return error_set(err, ERROR_USAGE,
                         "\"%s\" is none of uid=N, group=NAME, groups=A+B, shell=PATH, home=DIR, "
                         "comment=TEXT, key=FILE, system, sudo, no-home, no-user-group, "
                         "no-log-init, existing",
                         text);
    if (setting->has_value != (value && *value))
        return error_set(err, ERROR_USAGE, "\"%s\" %s", setting->name,
                         setting->has_value ? "needs a value" : "takes no value");
    return setting->check ? setting->check(step, value, err) : 0;
}

/* A mapping's settings become items like those of the text; its flags are true or false. */
static void take_settings(struct customize_step *step)
{
    for (size_t i = 0; i < step->settings.count; i++) {
        const char *text = step->settings.items[i], *value;
        const struct setting *setting = find_setting(text, &value);
        if (!setting->has_value && strcmp(value, "false") == 0)
            continue;
        bool flag = !setting->has_value && strcmp(value, "true") == 0;
        string_list_add(&step->items, flag ? setting->name : text);
    }
}

/* Leaves the name in FIRST, the settings in SECOND and, one by one, in ITEMS. */
int check_user_add(struct customize_step *step, struct error **err)
{
    size_t length = strcspn(step->first, ":");
    if (!account_is_name(step->first, length))
        return error_set(err, ERROR_USAGE, "that is not the name of a user");
    if (step->first[length]) {
        step->second = xstrdup(step->first + length + 1);
        step->first[length] = '\0';
        string_list_split(&step->items, step->second, ',');
    }
    take_settings(step);
    for (size_t i = 0; i < step->items.count; i++)
        if (check_setting(step, step->items.items[i], err))
            return -1;
    return 0;
}

void files_user_add(const struct customize_step *step, struct string_list *names)
{
    for (size_t i = 0; i < step->items.count; i++)
        if (starts_with(step->items.items[i], "key="))
            string_list_add(names, step->items.items[i] + strlen("key="));
}

int keys_user_add(const struct customize_step *step, struct string_list *keys, struct error **err)
{
    AUTO_STRINGS struct string_list files = { 0 };
    files_user_add(step, &files);
    for (size_t i = 0; i < files.count; i++)
        if (read_keys(step, files.items[i], keys, err))
            return -1;
    return 0;
}

static bool has_setting(const struct customize_step *step, const char *name)
{
    const char *value;
    for (size_t i = 0; i < step->items.count; i++)
        if (strcmp(find_setting(step->items.items[i], &value)->name, name) == 0)
            return true;
    return false;
}

/* bash for people, where the guest has it. */
static int default_shell(struct guest *guest, const char **shell, struct error **err)
{
    int bash = guest_file_exists(guest, "/bin/bash", err);
    *shell = bash > 0 ? "/bin/bash" : "/bin/sh";
    return bash < 0 ? -1 : 0;
}

static int make_account(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_STRINGS struct string_list argv = { 0 };
    string_list_add(&argv, "useradd");
    string_list_add(&argv, has_setting(step, "no-home") ? "--no-create-home" : "--create-home");
    for (size_t i = 0; i < step->items.count; i++) {
        const char *value;
        const struct setting *setting = find_setting(step->items.items[i], &value);
        if (!setting->option)
            continue;
        string_list_add(&argv, setting->option);
        if (!value)
            continue;
        string_list_add(&argv, value);
        for (char *at = argv.items[argv.count - 1]; setting->check == check_groups && *at; at++)
            if (*at == '+')
                *at = ',';
    }
    const char *shell;
    if (!has_setting(step, "shell")) {
        if (default_shell(guest, &shell, err))
            return -1;
        string_list_add(&argv, "--shell");
        string_list_add(&argv, shell);
    }
    string_list_add(&argv, step->first);
    return guest_run(guest, (const char *const *)argv.items, NULL, err);
}

/* The account has no password to give to sudo. */
static int allow_sudo(struct guest *guest, const char *user, struct error **err)
{
    static const char directory[] = "/etc/sudoers.d";
    int there = guest_file_is_directory(guest, directory, err);
    if (there <= 0)
        return there < 0
                   ? -1
                   : error_set(err, ERROR_GUEST,
                               "the guest has no %s: install sudo before the user", directory);
    AUTO_FREE char *path = xasprintf("%s/forge-%s", directory, user);
    for (char *at = path + strlen(directory); *at; at++)
        if (*at == '.')
            *at = '_'; /* sudo passes over names with dots */
    AUTO_FREE char *rule = xasprintf("%s ALL=(ALL:ALL) NOPASSWD: ALL\n", user);
    if (guest_file_write(guest, path, rule, strlen(rule), err))
        return -1;
    if (guestfs_chmod(guest_handle(guest), 0440, path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

int op_user_add(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_STRINGS struct string_list keys = { 0 };
    if (keys_user_add(step, &keys, err))
        return -1;
    int there = has_setting(step, "existing") ? account_exists(guest, step->first, err) : 0;
    if (there < 0 || (!there && make_account(guest, step, err)) ||
        (has_setting(step, "sudo") && allow_sudo(guest, step->first, err)))
        return -1;
    return keys.count ? ssh_keys_install(guest, step->first, &keys, err) : 0;
}
