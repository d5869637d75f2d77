/* SPDX-License-Identifier: Apache-2.0 */
/* apt: sources of packages and their keys, as cc_apt_configure of cloud-init reads them. */
#include "forge/build/cloud_reading.h"

#include <ctype.h>
#include <string.h>

static const char by_conf[] = "is not available: write it as apt has it, by \"conf\"";
static const char by_sources[] =
    "is not available: name the mirror in \"sources\" or \"sources_list\"";
static const char by_key[] = "asks a server for the key: give the key itself as \"key\"";

static const struct cloud_key fields[] = {
    APPLIED("sources"),
    APPLIED("sources_list"),
    APPLIED("preserve_sources_list"),
    APPLIED("conf"),
    REFUSED("add_apt_repo_match", "is about add-apt-repository: give a line of \"deb\""),
    REFUSED("debconf_selections", "is not available: use debconf-set-selections in \"runcmd\""),
    REFUSED("disable_suites", "is not available: write the others out in \"sources_list\""),
    REFUSED("primary", by_sources),
    REFUSED("security", by_sources),
    REFUSED("proxy", by_conf),
    REFUSED("http_proxy", by_conf),
    REFUSED("https_proxy", by_conf),
    REFUSED("ftp_proxy", by_conf),
    { 0 },
};

static const struct cloud_key source_fields[] = {
    APPLIED("source"),
    APPLIED("key"),
    APPLIED("filename"),
    LEFT_OUT("append", "would add to a file that is there: the source gets one of its own"),
    REFUSED("keyid", by_key),
    REFUSED("keyserver", by_key),
    { 0 },
};

static const char key_variable[] = "$KEY_FILE";

/* What names the files of a source: its own name without the extension, which we give. */
static char *base_name(const char *name)
{
    size_t length = strlen(name);
    if (ends_with(name, ".list"))
        length -= strlen(".list");
    else if (ends_with(name, ".sources"))
        length -= strlen(".sources");
    return xstrndup(name, length);
}

static bool is_plain_name(const char *name)
{
    for (const char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("_-", *at))
            return false;
    return *name;
}

/* LINE, which says nothing of a key, with the option that the key at PATH signs it; owned. */
static char *sign_line(const char *line, const char *path)
{
    size_t word = strcspn(line, " ");
    const char *rest = line + word + strspn(line + word, " ");
    return *rest == '[' ? xasprintf("%.*s [signed-by=%s %s", (int)word, line, path, rest + 1)
                        : xasprintf("%.*s [signed-by=%s] %s", (int)word, line, path, rest);
}

/* Would cloud-init fill in more than the operation does? $(ARCH) is apt's own, sources.list(5). */
static bool has_variable(const char *line)
{
    static const char *const ours[] = { "$RELEASE", "$(ARCH)" };
    for (const char *at = line; (at = strchr(at, '$')); at++)
        if (!starts_with(at, ours[0]) && !starts_with(at, ours[1]))
            return true;
    return false;
}

/* A line of one, for the operation; KEY_PATH is NULL for none. */
static void add_line(struct cloud_config *config, const struct recipe_node *node, const char *name,
                     const char *line, const char *key_path)
{
    static const char option[] = "signed-by=";
    AUTO_FREE char *text = key_path ? text_replace(line, key_variable, key_path) : xstrdup(line);
    AUTO_FREE char *named = xstrndup(text, strlen(text) - ends_with(text, "\n"));
    const char *signed_by = strstr(named, option);
    if (has_variable(named)) {
        recipe_refuse(
            config, node,
            "the variables are $RELEASE and, with a \"key\", $KEY_FILE: write others out");
        return;
    }
    if (signed_by && signed_by[strlen(option)] != '/') {
        recipe_refuse(config, node, "signed-by= wants $KEY_FILE or a path of the guest");
        return;
    }
    AUTO_FREE char *full = key_path && !signed_by ? sign_line(named, key_path) : xstrdup(named);
    const struct cloud_part parts[] = { { "name", name }, { "source", full } };
    cloud_step_parts(config, node, "apt-source", parts, ARRAY_SIZE(parts));
}

static void add_deb822(struct cloud_config *config, const struct recipe_node *node,
                       const char *name, const char *text, const char *key_path)
{
    AUTO_FREE char *named = key_path ? text_replace(text, key_variable, key_path) : xstrdup(text);
    AUTO_FREE char *path = xasprintf("/etc/apt/sources.list.d/%s.sources", name);
    bool is_signed = strcasestr(named, "signed-by:");
    AUTO_FREE char *full = xasprintf("%s%s%s%s%s", named, ends_with(named, "\n") ? "" : "\n",
                                     key_path && !is_signed ? "Signed-By: " : "",
                                     key_path && !is_signed ? key_path : "",
                                     key_path && !is_signed ? "\n" : "");
    if (strchr(full, '$'))
        recipe_refuse(config, node, "a source in deb822 format has no variables here");
    else if (key_path && !is_signed && strstr(named, "\n\n"))
        recipe_refuse(config, node, "each part of the source wants its \"Signed-By: $KEY_FILE\"");
    else
        cloud_write(config, node, path, full, "0644", false);
}

/* Put the key where PATH says; false with a fault for what is none. */
static bool add_key(struct cloud_config *config, const struct recipe_node *node, const char *path)
{
    const char *key = cloud_text(config, node, "key");
    if (key && (!starts_with(key, "-----BEGIN PGP PUBLIC KEY BLOCK-----") ||
                strstr(key, "BEGIN PGP PRIVATE KEY"))) {
        cloud_hide(node);
        recipe_refuse(config, node, "that is not an armored public key of OpenPGP");
        return false;
    }
    if (key)
        cloud_write(config, node, path, key, "0644", false);
    return key;
}

/* TAKEN are the names of the sources before it. */
static void read_source(struct cloud_config *config, const struct recipe_node *name_node,
                        const struct recipe_node *value, struct string_list *taken)
{
    if (!cloud_check_mapping(config, value, name_node->text, source_fields))
        return;
    const struct recipe_node *source = cloud_get(value, "source"), *key = cloud_get(value, "key");
    const struct recipe_node *file = cloud_get(value, "filename");
    const char *given = file ? cloud_text(config, file, "filename") : name_node->text;
    AUTO_FREE char *name = given ? base_name(given) : NULL;
    const char *text = source ? cloud_text(config, source, "source") : NULL;
    if (!name || (source && !text))
        return;
    if (!is_plain_name(name)) {
        recipe_refuse(config, file ? file : name_node,
                      "a source's name has letters, digits, hyphens and underscores");
        return;
    }
    if (string_list_contains(taken, name)) {
        recipe_refuse(config, file ? file : name_node,
                      "another source has this file: give each one of its own");
        return;
    }
    string_list_add(taken, name);
    /* A key alone is for every source, one beside a source for that one. */
    AUTO_FREE char *key_path =
        key ? xasprintf("/etc/apt/%s/%s.asc", source ? "keyrings" : "trusted.gpg.d", name) : NULL;
    if ((key && !add_key(config, key, key_path)) || !source)
        return;
    if (starts_with(text, "deb ") || starts_with(text, "deb-src "))
        add_line(config, source, name, text, key_path);
    else if (strcasestr(text, "types:"))
        add_deb822(config, source, name, text, key_path);
    else
        recipe_refuse(config, source,
                      "a source is a line that begins with deb or deb-src, or a text in deb822 "
                      "format");
}

static void write_list(struct cloud_config *config, const struct recipe_node *node)
{
    const char *text = cloud_text(config, node, "sources_list");
    if (text && (strchr(text, '$') || strstr(text, "{{")))
        recipe_refuse(config, node, "\"sources_list\" has no variables here: write the names out");
    else if (text)
        cloud_write(config, node, "/etc/apt/sources.list", text, "0644", false);
}

void cloud_apt(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *apt = cloud_get(root, "apt");
    if (!apt || !cloud_check_mapping(config, apt, "apt", fields))
        return;
    const struct recipe_node *sources = cloud_get(apt, "sources");
    const struct recipe_node *list = cloud_get(apt, "sources_list"), *conf = cloud_get(apt, "conf");
    const char *settings = conf ? cloud_text(config, conf, "conf") : NULL;
    AUTO_STRINGS struct string_list taken = { 0 };
    bool preserve = cloud_is(config, apt, "preserve_sources_list", false);
    if (list && preserve)
        cloud_warn(config, list, "\"sources_list\" is left out: \"preserve_sources_list\" says so");
    else if (list)
        write_list(config, list);
    if (settings)
        cloud_write(config, conf, "/etc/apt/apt.conf.d/94cloud-init-config", settings, "0644",
                    false);
    if (sources && sources->kind != RECIPE_MAPPING)
        recipe_refuse(config, sources, "\"sources\" wants names with sources");
    for (size_t i = 0; sources && sources->kind == RECIPE_MAPPING && i + 1 < sources->count; i += 2)
        read_source(config, sources->children[i], sources->children[i + 1], &taken);
}
