/* SPDX-License-Identifier: Apache-2.0 */
/* write_files: files with their content, as cc_write_files of cloud-init reads them. */
#include "forge/build/cloud_reading.h"

#include <string.h>

static const struct cloud_key fields[] = {
    APPLIED("path"),
    SECRET("content"),
    APPLIED("encoding"),
    APPLIED("owner"),
    APPLIED("permissions"),
    APPLIED("append"),
    APPLIED("defer"),
    REFUSED("source", "fetches the content by URL: fetch it before, and use --upload"),
    { 0 },
};

/* cloud-init's names of encodings, and what they are to us. */
static const struct encoding {
    const char *name;
    bool base64, gzip;
} encodings[] = {
    { "text/plain", false, false }, { "b64", true, false },     { "base64", true, false },
    { "gz", false, true },          { "gzip", false, true },    { "gz+b64", true, true },
    { "gz+base64", true, true },    { "gzip+b64", true, true }, { "gzip+base64", true, true },
};

/* *NAME receives what the operation calls the encoding; NULL is the text itself. */
static bool read_encoding(struct cloud_config *config, const struct recipe_node *file,
                          const struct recipe_node *content, const char **name)
{
    const struct recipe_node *node = cloud_get(file, "encoding");
    struct encoding found = { .name = node ? NULL : "" };
    for (size_t i = 0; node && node->kind == RECIPE_SCALAR && i < ARRAY_SIZE(encodings); i++)
        if (strcasecmp(node->text, encodings[i].name) == 0)
            found = encodings[i];
    if (!found.name) {
        recipe_refuse(config, node, "the encoding is one of b64, gz, gz+b64 and text/plain");
        return false;
    }
    bool binary = content && content->binary; /* base 64 already, by YAML's own tag */
    if (binary && found.base64) {
        recipe_refuse(config, content, "the content is in base 64 twice: by !!binary and encoding");
        return false;
    }
    if (found.gzip && !found.base64 && !binary) {
        recipe_refuse(config, content ? content : node,
                      "a text cannot hold what gzip makes: give it as gz+b64, or by !!binary");
        return false;
    }
    *name = found.gzip ? "gzip+base64" : found.base64 || binary ? "base64" : NULL;
    return true;
}

/* An octal text, or a number of YAML, which is octal behind a zero; owned, NULL with a fault. */
static char *read_mode(struct cloud_config *config, const struct recipe_node *file)
{
    const struct recipe_node *node = cloud_get(file, "permissions");
    if (!node)
        return xstrdup("0644");
    const char *text = node->kind == RECIPE_SCALAR ? node->text : "";
    if (node->plain && *text != '0') {
        recipe_refuse(config, node, "to YAML this is a decimal number: write '0644', in quotes");
        return NULL;
    }
    text += starts_with(text, "0o") ? 2 : 0;
    size_t digits = strspn(text, "01234567");
    if (digits && !text[digits] && digits <= 5)
        return xstrdup(text);
    recipe_refuse(config, node, "the permissions are octal, at most 7777");
    return NULL;
}

static void read_file(struct cloud_config *config, const struct recipe_node *file)
{
    const struct recipe_node *path_node = cloud_get(file, "path");
    const struct recipe_node *content = cloud_get(file, "content");
    const struct recipe_node *owner_node = cloud_get(file, "owner");
    if (!path_node || (content && content->kind != RECIPE_SCALAR)) {
        recipe_refuse(config, file, "a file wants a \"path\" and a \"content\", both texts");
        return;
    }
    const char *path = cloud_text(config, path_node, "path"), *encoding = NULL;
    const char *owner = owner_node ? cloud_text(config, owner_node, "owner") : "root:root";
    bool append = cloud_is(config, file, "append", false);
    bool decodes = read_encoding(config, file, content, &encoding);
    AUTO_FREE char *mode = read_mode(config, file);
    if (!path || !owner || !decodes || !mode)
        return;
    const struct cloud_part parts[] = {
        { "file", path },         { "content", content ? content->text : "" },
        { "mode", mode },         { "owner", owner },
        { "encoding", encoding }, { "append", append ? "true" : NULL },
    };
    /* What others may not read there is not to be read here. */
    bool secret = !(strtol(mode, NULL, 8) & 04);
    cloud_make_parent(config, path_node, path);
    struct customize_step *step = cloud_step_parts(config, file, "write", parts, ARRAY_SIZE(parts));
    if (step)
        step->secret = secret;
}

/* Steps go to the plan, those of files that wait to a plan of their own. */
static void swap_plans(struct cloud_config *config)
{
    struct customize_plan plan = config->plan;
    config->plan = config->deferred;
    config->deferred = plan;
}

void cloud_write_files(struct cloud_config *config, const struct recipe_node *root)
{
    const struct recipe_node *files = cloud_get(root, "write_files");
    if (files && files->kind != RECIPE_LIST) {
        cloud_hide(files);
        recipe_refuse(config, files, "\"write_files\" is a list");
        return;
    }
    for (size_t i = 0; files && i < files->count; i++) {
        const struct recipe_node *file = files->children[i];
        if (!cloud_check_mapping(config, file, "write_files", fields))
            continue;
        bool deferred = cloud_is(config, file, "defer", false);
        if (deferred)
            swap_plans(config);
        read_file(config, file);
        if (deferred)
            swap_plans(config);
    }
}

void cloud_write_deferred_files(struct cloud_config *config, const struct recipe_node *root)
{
    (void)root;
    customize_plan_move(&config->plan, &config->deferred);
}
