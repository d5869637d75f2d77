/* SPDX-License-Identifier: Apache-2.0 */
/* Variables: read from "vars" and from outside, and put into values. A value is never looked at
 * again, so nothing can grow but by what the recipe itself spells out. */
#include "forge/build/recipe_vars.h"
#include "forge/base/redact.h"
#include "forge/base/secret.h"

#include <string.h>

enum { NAME_MAX_LENGTH = 64, EXPANDED_MAX = 4 << 20 };

/* Shells and templates have no use for this beginning: sh calls it a bad substitution. */
static const char opening[] = "${{", closing[] = "}}";

static bool is_name(const char *text, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-";
    return length && length <= NAME_MAX_LENGTH && strspn(text, letters) &&
           strspn(text, more) >= length;
}

int recipe_check_var(const char *text, struct error **err)
{
    const char *equals = strchr(text, '=');
    if (!equals || !is_name(text, (size_t)(equals - text)))
        return error_set(err, ERROR_USAGE,
                         "a variable is given as NAME=VALUE, its name in letters, digits, _ and -");
    return 0;
}

static struct recipe_var *find(const struct recipe_vars *vars, const char *name, size_t length)
{
    for (size_t i = 0; i < vars->count; i++)
        if (strlen(vars->items[i].name) == length &&
            strncmp(vars->items[i].name, name, length) == 0)
            return &vars->items[i];
    return NULL;
}

/* Values may be secrets. */
static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

/* The variable called NAME, made when there is none. */
static struct recipe_var *declare(struct recipe_vars *vars, const char *name, size_t length)
{
    struct recipe_var *var = find(vars, name, length);
    if (var)
        return var;
    vars->items = xrealloc(vars->items, vars->count + 1, sizeof(*vars->items));
    var = &vars->items[vars->count++];
    *var = (struct recipe_var){ .name = xstrndup(name, length) };
    return var;
}

void recipe_vars_give(struct recipe_vars *vars, const char *text)
{
    const char *equals = strchr(text, '=');
    struct recipe_var *var = declare(vars, text, (size_t)(equals - text));
    wipe(var->value);
    var->value = xstrdup(equals + 1);
    var->given = true;
}

/* -- what a file says -- */

/* {env: NAME} or {file: PATH}: the secret that it leads to; owned, NULL with a fault. */
static char *read_secret(struct recipe *recipe, const struct recipe_node *value)
{
    const struct recipe_node *key = value->count == 2 ? value->children[0] : NULL;
    const struct recipe_node *where = key ? value->children[1] : NULL;
    bool file = key && strcmp(key->text, "file") == 0;
    if (!where || where->kind != RECIPE_SCALAR || (!file && strcmp(key->text, "env") != 0)) {
        recipe_source_hide(&value->place, value->end); /* it may be written down in there */
        recipe_refuse(recipe, value, "a secret is given as {env: NAME} or {file: PATH}");
        return NULL;
    }
    AUTO_FREE char *path = file ? path_join(value->place.source->base_dir, where->text) : NULL;
    AUTO_FREE char *reference = file ? xasprintf("file:%s", path)
                                     : xasprintf("env:%s", where->text);
    struct error *error = NULL;
    AUTO(secret_free) struct secret *secret = secret_read(reference, &error);
    if (secret)
        return xstrdup(secret->text);
    recipe_faults_take(&recipe->faults, NULL, &value->place, error);
    return NULL;
}

static void read_var(struct recipe_vars *vars, struct recipe *recipe, const struct recipe_node *key,
                     const struct recipe_node *value)
{
    if (value->kind != RECIPE_MAPPING)
        recipe_source_hide(&value->place, value->end);
    if (!is_name(key->text, strlen(key->text))) {
        recipe_refuse(recipe, key, "the name of a variable has letters, digits, _ and -");
        return;
    }
    struct recipe_var *var = declare(vars, key->text, strlen(key->text));
    var->declared = true;
    if (value->kind == RECIPE_LIST)
        recipe_refuse(recipe, value, "the variable \"%s\" wants a text", key->text);
    var->secret = value->kind == RECIPE_MAPPING; /* wherever the value is from */
    if (!var->given) {
        wipe(STEAL(var->value));
        if (var->secret)
            var->value = read_secret(recipe, value);
        else if (value->kind == RECIPE_SCALAR && !recipe_node_is_null(value))
            var->value = xstrdup(value->text);
    }
    if (var->secret && var->value)
        redact_add(var->value);
}

void recipe_vars_read(struct recipe_vars *vars, struct recipe *recipe,
                      const struct recipe_node *mapping)
{
    if (recipe_node_is_null(mapping))
        return;
    if (mapping->kind != RECIPE_MAPPING) {
        recipe_source_hide(&mapping->place, mapping->end);
        recipe_refuse(recipe, mapping, "\"vars\" has names with values");
        return;
    }
    for (size_t i = 0; i < mapping->count; i += 2)
        read_var(vars, recipe, mapping->children[i], mapping->children[i + 1]);
}

/* -- into values -- */

/* One ${{...}}: its name without the blanks around it, and what follows it. */
struct use {
    const char *name, *end;
    size_t length;
};

static bool parse_use(const char *text, struct use *use)
{
    use->name = text + strlen(opening);
    use->name += strspn(use->name, " \t");
    use->length = *use->name == '$' ? 1 : strcspn(use->name, " \t\n{}$");
    const char *rest = use->name + use->length;
    rest += strspn(rest, " \t");
    use->end = rest + strlen(closing);
    return starts_with(rest, closing) && use->length;
}

static void refuse_name(struct recipe *recipe, const struct recipe_vars *vars,
                        const struct recipe_node *node, const struct use *use)
{
    AUTO_STRINGS struct string_list names = { 0 };
    for (size_t i = 0; i < vars->count; i++)
        string_list_add(&names, vars->items[i].name);
    AUTO_FREE char *name = xstrndup(use->name, use->length);
    const char *near = names.count ? nearest_name(name, (const char *const *)names.items) : NULL;
    if (near)
        recipe_refuse(recipe, node, "unknown variable \"%s\" (did you mean \"%s\"?)", name, near);
    else
        recipe_refuse(recipe, node, "unknown variable \"%s\"", name);
}

/* What USE stands for, borrowed; NULL with a fault. */
static const char *value_of(const struct recipe_vars *vars, struct recipe *recipe,
                            struct recipe_node *node, const struct use *use)
{
    if (*use->name == '$')
        return "$";
    struct recipe_var *var = find(vars, use->name, use->length);
    if (!var) {
        refuse_name(recipe, vars, node, use);
        return NULL;
    }
    var->declared = true;
    node->secret |= var->secret;
    if (!var->value && !var->secret) /* the fault about a secret is that it cannot be had */
        recipe_refuse(recipe, node,
                      "the variable \"%s\" has no value: give one with --var %s=VALUE", var->name,
                      var->name);
    return var->value;
}

/* What NODE's text becomes; the length, written to OUT unless that is NULL. -1 with a fault. */
static ssize_t substitute(const struct recipe_vars *vars, struct recipe *recipe,
                          struct recipe_node *node, char *out)
{
    size_t length = 0;
    for (const char *at = node->text; *at;) {
        const char *next = strstr(at, opening);
        size_t plain = next ? (size_t)(next - at) : strlen(at);
        if (out)
            memcpy(out + length, at, plain);
        length += plain;
        if (!next)
            break;
        struct use use;
        if (!parse_use(next, &use)) {
            recipe_refuse(recipe, node, "a variable is ${{NAME}}, and the text ${{ is ${{$}}{{");
            return -1;
        }
        const char *value = value_of(vars, recipe, node, &use);
        if (!value)
            return -1;
        if (out)
            memcpy(out + length, value, strlen(value));
        length += strlen(value);
        if (length > EXPANDED_MAX)
            break;
        at = use.end;
    }
    return (ssize_t)length;
}

static void expand_text(struct recipe_vars *vars, struct recipe *recipe, struct recipe_node *node)
{
    if (!strstr(node->text, opening))
        return;
    ssize_t length = substitute(vars, recipe, node, NULL);
    if (length < 0 || vars->expanded > EXPANDED_MAX)
        return;
    vars->expanded += (size_t)length;
    if (vars->expanded > EXPANDED_MAX) {
        recipe_refuse(recipe, node, "the variables make more than 4 MiB of the recipe");
        return;
    }
    char *text = xcalloc((size_t)length + 1, 1);
    (void)substitute(vars, recipe, node, text);
    wipe(node->text);
    node->text = text;
    node->plain = false;
}

static void expand(struct recipe_vars *vars, struct recipe *recipe, struct recipe_node *node)
{
    bool mapping = node->kind == RECIPE_MAPPING;
    if (node->kind == RECIPE_SCALAR)
        expand_text(vars, recipe, node);
    for (size_t i = mapping; i < node->count; i += mapping ? 2 : 1)
        expand(vars, recipe, node->children[i]);
}

void recipe_vars_expand(struct recipe_vars *vars, struct recipe *recipe, struct recipe_node *root)
{
    for (size_t i = 0; root->kind == RECIPE_MAPPING && i < root->count; i += 2)
        if (strcmp(root->children[i]->text, "vars") != 0 &&
            strcmp(root->children[i]->text, "import") != 0)
            expand(vars, recipe, root->children[i + 1]);
}

int recipe_vars_check(const struct recipe_vars *vars, struct error **err)
{
    AUTO_STRINGS struct string_list names = { 0 };
    const char *unknown = NULL;
    for (size_t i = 0; i < vars->count; i++)
        if (vars->items[i].declared)
            string_list_add(&names, vars->items[i].name);
        else
            unknown = vars->items[i].name;
    if (!unknown)
        return 0;
    const char *near = names.count ? nearest_name(unknown, (const char *const *)names.items) : NULL;
    if (near)
        return error_set(err, ERROR_USAGE,
                         "--var %s: the recipe has no such variable (did you mean \"%s\"?)",
                         unknown, near);
    return error_set(err, ERROR_USAGE, "--var %s: the recipe has no such variable", unknown);
}

void recipe_vars_clear(struct recipe_vars *vars)
{
    for (size_t i = 0; i < vars->count; i++) {
        free(vars->items[i].name);
        wipe(vars->items[i].value);
    }
    free(vars->items);
    *vars = (struct recipe_vars){ 0 };
}
