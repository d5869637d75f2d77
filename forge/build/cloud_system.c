/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a cloud-config that come to a step or two each. */
#include "forge/base/shell_quote.h"
#include "forge/build/cloud_reading.h"

#include <string.h>

/* -- names -- */

/* There is no name that these could be about; at boot the cloud gives one. */
static void warn_unused(struct cloud_config *config, const struct recipe_node *root)
{
    static const char *const keys[] = { "manage_etc_hosts", "prefer_fqdn_over_hostname",
                                        "preserve_hostname" };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (cloud_get(root, keys[i]))
            cloud_warn(config, cloud_get(root, keys[i]), "\"%s\" is left out: it " CLOUD_AT_BOOT,
                       keys[i]);
}

/* As cloud-init's get_hostname_fqdn() chooses: the short name, unless the long one is preferred. */
void cloud_hostname(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *host_node = cloud_get(root, "hostname");
    const struct recipe_node *full_node = cloud_get(root, "fqdn");
    const struct recipe_node *node = host_node ? host_node : full_node;
    if (!node) {
        warn_unused(config, root);
        return;
    }
    const char *host = host_node ? cloud_text(config, host_node, "hostname") : NULL;
    const char *full = full_node ? cloud_text(config, full_node, "fqdn") : NULL;
    bool prefer_full = cloud_is(config, root, "prefer_fqdn_over_hostname", false);
    if (cloud_is(config, root, "preserve_hostname", false)) {
        cloud_warn(config, node, "the name is left out: \"preserve_hostname\" says so");
        return;
    }
    if (!full && host && strchr(host, '.'))
        full = host;
    if (!full && !host)
        return;
    bool as_given = host && host != full;
    AUTO_FREE char *name = as_given ? xstrdup(host) : xstrndup(full, strcspn(full, "."));
    const struct cloud_part parts[] = { { "name", prefer_full && full ? full : name },
                                        { "fqdn", full } };
    cloud_step_parts(config, node, "hostname", parts, ARRAY_SIZE(parts));
}

void cloud_timezone(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *node = cloud_get(root, "timezone");
    const char *zone = node ? cloud_text(config, node, "timezone") : NULL;
    if (zone)
        cloud_step(config, node, "timezone", zone);
}

/* -- trust -- */

void cloud_ca_certs(struct cloud_config *config, const struct recipe_node *root)
{
    static const struct cloud_key fields[] = {
        APPLIED("trusted"),
        APPLIED("remove_defaults"),
        { 0 },
    };
    const struct recipe_node *node = cloud_get(root, "ca_certs"); /* or "ca-certs" */
    if (!node || !cloud_check_mapping(config, node, "ca_certs", fields))
        return;
    if (cloud_is(config, node, "remove_defaults", false))
        recipe_refuse(config, cloud_get(node, "remove_defaults"),
                      "\"remove_defaults\" is not available: the guest goes on to trust what its "
                      "distribution does");
    const struct recipe_node *trusted = cloud_get(node, "trusted");
    size_t count = 0;
    const struct recipe_node *const *items = trusted ? cloud_items(&trusted, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const char *text = cloud_text(config, items[i], "trusted");
        if (text && strstr(text, "PRIVATE KEY"))
            cloud_hide(items[i]);
        if (text && !starts_with(text, "-----BEGIN ")) /* else it would be a local file's name */
            recipe_refuse(config, items[i], "that is not a certificate in PEM");
        else if (text)
            cloud_step(config, items[i], "ca-cert", text);
    }
}

/* -- packages -- */

/* A name that stays one in a list, and is not taken for a local file; a VERSION may follow it. */
static void install(struct cloud_config *config, const struct recipe_node *node, const char *name,
                    const char *version)
{
    if (!name || (version && strpbrk(version, ",/ ")) || strpbrk(name, ",/ ")) {
        recipe_refuse(config, node, "a package is a name, or a list of a name and a version");
        return;
    }
    AUTO_FREE char *package = version ? xasprintf("%s=%s", name, version) : xstrdup(name);
    cloud_step(config, node, "install", package);
}

static void install_item(struct cloud_config *config, const struct recipe_node *item)
{
    if (item->kind != RECIPE_LIST) {
        const char *name = cloud_text(config, item, "packages");
        if (name)
            install(config, item, name, NULL);
        return;
    }
    const char *words[2] = { 0 };
    for (size_t i = 0; i < item->count && i < ARRAY_SIZE(words); i++)
        words[i] = cloud_text(config, item->children[i], "packages");
    install(config, item, item->count <= ARRAY_SIZE(words) ? words[0] : NULL, words[1]);
}

/* {apt: [...]}: the guest has one manager, and that is used. */
static void install_of(struct cloud_config *config, const struct recipe_node *mapping)
{
    static const struct cloud_key fields[] = {
        APPLIED("apt"),
        REFUSED("snap", "needs the snap store at boot"),
        { 0 },
    };
    if (!cloud_check_mapping(config, mapping, "packages", fields))
        return;
    const struct recipe_node *value = cloud_get(mapping, "apt");
    size_t count = 0;
    const struct recipe_node *const *items = value ? cloud_items(&value, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        install_item(config, items[i]);
}

/* The steps from FIRST on, which install a package each, become one. */
static void join_installs(struct cloud_config *config, size_t first)
{
    struct customize_plan *plan = &config->plan;
    for (size_t i = first + 1; i < plan->count; i++)
        string_list_add(&plan->steps[first].items, plan->steps[i].items.items[0]);
    struct customize_plan rest = { 0 };
    for (size_t i = first + 1; i < plan->count; i++) {
        struct customize_plan one = { xcalloc(1, sizeof(*one.steps)), 1 };
        *one.steps = plan->steps[i];
        customize_plan_move(&rest, &one);
    }
    plan->count = first < plan->count ? first + 1 : plan->count;
    customize_plan_clear(&rest);
}

void cloud_packages(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *packages = cloud_get(root, "packages");
    const char *upgrade = cloud_get(root, "package_upgrade") ? "package_upgrade" : "apt_upgrade";
    const char *update = cloud_get(root, "package_update") ? "package_update" : "apt_update";
    bool upgrades = cloud_is(config, root, upgrade, false);
    if (upgrades)
        cloud_step(config, cloud_get(root, upgrade), "update", NULL);
    if (cloud_is(config, root, update, false) && !upgrades && !packages)
        cloud_warn(config, cloud_get(root, update),
                   "\"%s\" alone leaves nothing behind: lists are fetched before packages are",
                   update);
    size_t count = 0, first = config->plan.count;
    const struct recipe_node *const *items = packages ? cloud_items(&packages, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (items[i]->kind == RECIPE_MAPPING)
            install_of(config, items[i]);
        else
            install_item(config, items[i]);
    join_installs(config, first);
}

/* -- time -- */

static void add_servers(struct cloud_config *config, const struct recipe_node *ntp, const char *key,
                        const char *prefix, struct string_list *servers)
{
    const struct recipe_node *value = cloud_get(ntp, key);
    size_t count = 0;
    const struct recipe_node *const *items = value ? cloud_items(&value, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const char *name = cloud_text(config, items[i], key);
        if (name && strchr(name, ','))
            recipe_refuse(config, items[i], "\"%s\" is not the name of a server", name);
        else if (name)
            string_list_take(servers, xasprintf("%s%s", prefix, name));
    }
}

void cloud_ntp(struct cloud_config *config, const struct recipe_node *root)
{
    static const char by_files[] = "is not available: write the configuration by \"write_files\"";
    static const char by_guest[] = "is not needed: the client that the guest has is told";
    static const struct cloud_key fields[] = {
        APPLIED("enabled"),
        APPLIED("servers"),
        APPLIED("pools"),
        LEFT_OUT("ntp_client", by_guest),
        REFUSED("config", by_files),
        REFUSED("peers", by_files),
        REFUSED("allow", by_files),
        { 0 },
    };
    const struct recipe_node *ntp = cloud_get(root, "ntp");
    if (!ntp || !cloud_check_mapping(config, ntp, "ntp", fields) ||
        !cloud_is(config, ntp, "enabled", true))
        return;
    AUTO_STRINGS struct string_list servers = { 0 };
    add_servers(config, ntp, "servers", "", &servers);
    add_servers(config, ntp, "pools", "pool:", &servers);
    AUTO_FREE char *value = string_list_join(&servers, ",");
    if (servers.count)
        cloud_step(config, ntp, "ntp", value);
    else
        cloud_warn(config, ntp, "\"ntp\" is left out: it names no servers and pools");
}

/* -- commands -- */

/* A command as a line of the script: a text as it is, a list with each word quoted. NULL with a
 * fault. */
static char *command_line(struct cloud_config *config, const struct recipe_node *command)
{
    if (command->kind != RECIPE_LIST) {
        const char *text = cloud_text(config, command, "runcmd");
        return xstrdup(text);
    }
    AUTO_STRINGS struct string_list words = { 0 };
    for (size_t i = 0; i < command->count; i++) {
        const struct recipe_node *word = command->children[i];
        if (word->kind != RECIPE_SCALAR || word->binary) {
            recipe_refuse(config, word, "a word of a command is a text");
            return NULL;
        }
        string_list_take(&words, shell_quote(word->text));
    }
    return string_list_join(&words, " ");
}

/* One script, as cloud-init makes of them: what one command sets, the next one has. There it goes
 * on behind a command that fails; an image that lacks something must not come out. */
void cloud_runcmd(struct cloud_config *config, const struct recipe_node *root)
{
    enum { SCRIPT_MAX = 128 << 10 }; /* Linux's limit of an argument, MAX_ARG_STRLEN */
    const struct recipe_node *commands = cloud_get(root, "runcmd");
    if (!commands)
        return;
    if (commands->kind != RECIPE_LIST) {
        recipe_refuse(config, commands, "\"runcmd\" is a list");
        return;
    }
    AUTO_STRINGS struct string_list lines = { 0 };
    string_list_add(&lines, "set -e");
    for (size_t i = 0; i < commands->count; i++) {
        if (recipe_node_is_null(commands->children[i]))
            continue;
        char *line = command_line(config, commands->children[i]);
        if (line)
            string_list_take(&lines, line);
    }
    AUTO_FREE char *script = string_list_join(&lines, "\n");
    if (strlen(script) >= SCRIPT_MAX)
        recipe_refuse(config, commands,
                      "the commands are longer than %d KiB: put a script there by \"write_files\"",
                      SCRIPT_MAX >> 10);
    else if (lines.count > 1)
        cloud_step(config, commands, "run-command", script);
}
