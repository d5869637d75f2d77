/* SPDX-License-Identifier: Apache-2.0 */
/* groups, users and ssh_authorized_keys, as cc_users_groups and cc_ssh of cloud-init read them. */
#include "forge/build/cloud_reading.h"

#include <string.h>

static const char as_keys[] = "needs a network at boot: give the keys as \"ssh_authorized_keys\"";
static const char as_useradd[] = "is not available: run chage or usermod by \"runcmd\"";

static const struct cloud_key fields[] = {
    APPLIED("name"),
    APPLIED("gecos"),
    APPLIED("groups"),
    APPLIED("primary_group"),
    APPLIED("create_groups"),
    APPLIED("homedir"),
    APPLIED("no_create_home"),
    APPLIED("no_user_group"),
    APPLIED("no_log_init"),
    APPLIED("shell"),
    APPLIED("system"),
    APPLIED("uid"),
    APPLIED("sudo"),
    APPLIED("lock_passwd"),
    SECRET("passwd"),
    SECRET("hashed_passwd"),
    SECRET("plain_text_passwd"),
    APPLIED("ssh_authorized_keys"),
    REFUSED("ssh_import_id", as_keys),
    REFUSED("ssh_redirect_user", "is about keys that only the cloud has"),
    REFUSED("snapuser", "needs the snap store at boot"),
    REFUSED("doas", "is not available: write doas.conf by \"write_files\""),
    REFUSED("expiredate", as_useradd),
    REFUSED("inactive", as_useradd),
    REFUSED("selinux_user", as_useradd),
    { 0 },
};

/* -- groups -- */

/* The names in VALUE, a text with commas or a list of texts, appended to NAMES. */
static bool read_names(struct cloud_config *config, const struct recipe_node *value,
                       const char *what, struct string_list *names)
{
    size_t count;
    const struct recipe_node *const *items = cloud_items(&value, &count);
    for (size_t i = 0; i < count; i++) {
        const char *text = cloud_text(config, items[i], what);
        if (!text)
            return false;
        string_list_split(names, text, ',');
    }
    return true;
}

/* VISIT each group at the top level with its members, NULL for none. */
typedef void group_visitor(struct cloud_config *config, const struct recipe_node *node,
                           const char *group, const struct recipe_node *members);

static void visit_mapping(struct cloud_config *config, const struct recipe_node *mapping,
                          group_visitor *visit)
{
    for (size_t i = 0; i + 1 < mapping->count; i += 2) {
        const struct recipe_node *members = mapping->children[i + 1];
        visit(config, mapping->children[i], mapping->children[i]->text,
              recipe_node_is_null(members) ? NULL : members);
    }
}

static void visit_groups(struct cloud_config *config, const struct recipe_node *root,
                         group_visitor *visit)
{
    const struct recipe_node *groups = cloud_get(root, "groups");
    size_t count = 0;
    const struct recipe_node *const *items = groups ? cloud_items(&groups, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        AUTO_STRINGS struct string_list names = { 0 };
        if (items[i]->kind == RECIPE_MAPPING)
            visit_mapping(config, items[i], visit);
        else if (items[i]->kind == RECIPE_SCALAR)
            string_list_split(&names, items[i]->text, ',');
        for (size_t j = 0; j < names.count; j++)
            visit(config, items[i], names.items[j], NULL);
    }
}

/* Unless an earlier step does. */
static void make_group(struct cloud_config *config, const struct recipe_node *node,
                       const char *group)
{
    for (size_t i = 0; i < config->plan.count; i++) {
        const struct customize_step *step = &config->plan.steps[i];
        if (strcmp(step->op->name, "group-add") == 0 && strcmp(step->first, group) == 0)
            return;
    }
    if (strchr(group, ':'))
        recipe_refuse(config, node, "\"%s\" is not the name of a group", group);
    else
        cloud_step(config, node, "group-add", group);
}

static void visit_group(struct cloud_config *config, const struct recipe_node *node,
                        const char *group, const struct recipe_node *members)
{
    (void)members;
    make_group(config, node, group);
}

void cloud_groups(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *groups = cloud_get(root, "groups");
    for (size_t i = 0; groups && groups->kind == RECIPE_LIST && i < groups->count; i++)
        if (groups->children[i]->kind == RECIPE_LIST)
            recipe_refuse(config, groups->children[i], "a group is a name, or a name with members");
    visit_groups(config, root, visit_group);
}

static void visit_members(struct cloud_config *config, const struct recipe_node *node,
                          const char *group, const struct recipe_node *members)
{
    AUTO_STRINGS struct string_list names = { 0 };
    if (!members || strchr(group, ':') || !read_names(config, members, "groups", &names))
        return;
    AUTO_FREE char *users = string_list_join(&names, ",");
    AUTO_FREE char *value = xasprintf("%s:%s", group, users);
    if (names.count)
        cloud_step(config, node, "group-add", value);
}

/* Behind the users: cloud-init passes over those that it is yet to make. */
void cloud_members(struct cloud_config *config, const struct recipe_node *root)
{
    visit_groups(config, root, visit_members);
}

/* -- one user -- */

/* The text at KEY of USER; NULL for none, and with a fault for what is no text. */
static const char *text_at(struct cloud_config *config, const struct recipe_node *user,
                           const char *key)
{
    const struct recipe_node *value = cloud_get(user, key);
    return value ? cloud_text(config, value, key) : NULL;
}

/* The user's groups as user-add has them, "A+B", each made first; owned, NULL for none. */
static char *take_groups(struct cloud_config *config, const struct recipe_node *user)
{
    const struct recipe_node *node = cloud_get(user, "groups");
    bool create = cloud_is(config, user, "create_groups", true);
    AUTO_STRINGS struct string_list names = { 0 };
    if (!node || !read_names(config, node, "groups", &names) || !names.count)
        return NULL;
    for (size_t i = 0; i < names.count && create; i++)
        make_group(config, node, names.items[i]);
    return string_list_join(&names, "+");
}

static void make_user(struct cloud_config *config, const struct recipe_node *user, const char *name)
{
    AUTO_FREE char *groups = take_groups(config, user);
    const char *group = text_at(config, user, "primary_group");
    if (group && cloud_is(config, user, "create_groups", true))
        make_group(config, cloud_get(user, "primary_group"), group);
    bool system = cloud_is(config, user, "system", false);
    bool no_home = cloud_is(config, user, "no_create_home", false) || system;
    const struct cloud_part parts[] = {
        { "name", name },
        { "comment", text_at(config, user, "gecos") },
        { "existing", "true" },
        { "group", group },
        { "groups", groups },
        { "home", text_at(config, user, "homedir") },
        { "no-home", no_home ? "true" : NULL },
        { "no-log-init", cloud_is(config, user, "no_log_init", false) ? "true" : NULL },
        { "no-user-group", cloud_is(config, user, "no_user_group", false) ? "true" : NULL },
        { "shell", text_at(config, user, "shell") },
        { "system", system ? "true" : NULL },
        { "uid", text_at(config, user, "uid") },
    };
    cloud_step_parts(config, user, "user-add", parts, ARRAY_SIZE(parts));
}

/* Of several, the one that cloud-init would set last. */
static void set_password(struct cloud_config *config, const struct recipe_node *user,
                         const char *name)
{
    static const char *const keys[] = { "passwd", "plain_text_passwd", "hashed_passwd" };
    const struct recipe_node *node = NULL;
    const char *kind = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct recipe_node *value = cloud_get(user, keys[i]);
        if (!value)
            continue;
        bool plain = strcmp(keys[i], "plain_text_passwd") == 0;
        if (plain)
            cloud_warn(config, value,
                       "the password of %s stands here in plain text: \"hashed_passwd\" does not "
                       "give it away",
                       name);
        if (!cloud_text(config, value, keys[i]))
            return;
        node = value;
        kind = plain ? "password" : "hash";
    }
    bool lock = cloud_is(config, user, "lock_passwd", true);
    if (!node && !lock)
        return;
    AUTO_FREE char *selector = node ? xasprintf("%s%s:%s", lock ? "locked:" : "", kind, node->text)
                                    : xstrdup("locked");
    const struct cloud_part parts[] = { { "user", name }, { "selector", selector } };
    cloud_step_parts(config, node ? node : user, "password", parts, ARRAY_SIZE(parts));
    explicit_bzero(selector, strlen(selector));
}

/* The rules go where cloud-init has them. */
static void allow_sudo(struct cloud_config *config, const struct recipe_node *user,
                       const char *name)
{
    static const char path[] = "/etc/sudoers.d/90-cloud-init-users";
    const struct recipe_node *node = cloud_get(user, "sudo");
    if (!node || cloud_says(node, false))
        return;
    size_t count;
    const struct recipe_node *const *rules = cloud_items(&node, &count);
    AUTO_STRINGS struct string_list lines = { 0 };
    string_list_take(&lines, xasprintf("\n# User rules for %s\n", name));
    for (size_t i = 0; i < count; i++) {
        const char *rule = cloud_text(config, rules[i], "sudo");
        if (!rule)
            return;
        if (strchr(rule, '\n') || !strchr(rule, '=')) { /* sudoers(5); a wrong one ends all sudo */
            recipe_refuse(config, rules[i],
                          "a rule of sudo is one line, such as ALL=(ALL) NOPASSWD:ALL");
            return;
        }
        string_list_take(&lines, xasprintf("%s %s\n", name, rule));
    }
    AUTO_FREE char *text = string_list_join(&lines, "");
    cloud_write(config, node, path, text, "0440", true);
}

static void add_keys(struct cloud_config *config, const struct recipe_node *value, const char *user)
{
    size_t count;
    const struct recipe_node *const *keys = cloud_items(&value, &count);
    for (size_t i = 0; i < count; i++) {
        const char *key = cloud_text(config, keys[i], "ssh_authorized_keys");
        AUTO_FREE char *step = key ? xasprintf("%s:key:%s", user, key) : NULL;
        if (key && strstr(key, "PRIVATE KEY"))
            cloud_hide(keys[i]);
        if (step)
            cloud_step(config, keys[i], "ssh-inject", step);
    }
}

/* Behind a colon the operations take more than a name. */
static bool check_name(struct cloud_config *config, const struct recipe_node *node,
                       const char *name)
{
    if (strchr(name, ':'))
        recipe_refuse(config, node, "\"%s\" is not the name of a user", name);
    return !strchr(name, ':');
}

static void read_user(struct cloud_config *config, const struct recipe_node *user)
{
    const struct recipe_node *name_node = cloud_get(user, "name");
    const struct recipe_node *keys = cloud_get(user, "ssh_authorized_keys");
    if (!name_node) {
        recipe_refuse(config, user, "the user has no \"name\"");
        return;
    }
    const char *name = cloud_text(config, name_node, "name");
    if (!name || !check_name(config, name_node, name))
        return;
    if (strcmp(name, "root") != 0)
        make_user(config, user, name);
    set_password(config, user, name);
    allow_sudo(config, user, name);
    if (keys)
        add_keys(config, keys, name);
}

/* -- all users -- */

/* A user by his name alone. */
static void name_user(struct cloud_config *config, const struct recipe_node *node, const char *name)
{
    const struct cloud_part parts[] = { { "name", name }, { "existing", "true" } };
    if (strcmp(name, "default") == 0)
        cloud_warn(config, node,
                   "the user \"default\" is left out: cloud-init makes it at the first boot");
    else if (check_name(config, node, name) && strcmp(name, "root") != 0)
        cloud_step_parts(config, node, "user-add", parts, ARRAY_SIZE(parts));
}

void cloud_users(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *users = cloud_get(root, "users");
    if (users && users->kind == RECIPE_MAPPING) {
        cloud_hide(users);
        recipe_refuse(config, users, "\"users\" is a list");
        return;
    }
    size_t count = 0;
    const struct recipe_node *const *items = users ? cloud_items(&users, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        AUTO_STRINGS struct string_list names = { 0 };
        if (items[i]->kind == RECIPE_MAPPING) {
            if (cloud_check_mapping(config, items[i], "users", fields))
                read_user(config, items[i]);
        } else if (read_names(config, items[i], "users", &names)) {
            for (size_t j = 0; j < names.count; j++)
                name_user(config, items[i], names.items[j]);
        }
    }
}

/* They are the default user's, who is made at boot, and root's. */
void cloud_ssh_keys(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *keys = cloud_get(root, "ssh_authorized_keys");
    const struct recipe_node *disable = cloud_get(root, "disable_root");
    bool disabled = cloud_is(config, root, "disable_root", false);
    if (!keys && disable)
        cloud_warn(config, disable, "\"disable_root\" is left out: it " CLOUD_AT_BOOT);
    if (!keys)
        return;
    if (disabled) {
        recipe_refuse(config, keys,
                      "with \"disable_root\" these keys are for the default user alone, whom "
                      "cloud-init makes at boot: give them to one of \"users\"");
        return;
    }
    if (!disable)
        cloud_warn(config, keys,
                   "the keys go to root: the default user is made at boot, by cloud-init");
    add_keys(config, keys, "root");
}
