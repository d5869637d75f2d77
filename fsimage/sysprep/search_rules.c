/* SPDX-License-Identifier: Apache-2.0 */
/* Where the rules' directories really are, and which of the rules a path is about. */
#include "fsimage/sysprep/search_rules.h"
#include "fsimage/sysprep/directories.h"
#include "fsimage/sysprep/homes.h"

#include <string.h>

/* PATTERN behind its last directory without a wildcard. */
static const char *wild_part(const char *pattern)
{
    const char *rest = pattern + 1;
    for (const char *at = pattern; *at && !strchr("*?[", *at); at++)
        if (*at == '/')
            rest = at + 1;
    return rest;
}

static bool in_homes(const struct sysprep_rule *rule)
{
    return starts_with(rule->pattern, "~/");
}

/* The directory that RULE is about, unless it is about homes; owned. */
static char *directory_of(const struct sysprep_rule *rule)
{
    size_t length = (size_t)(wild_part(rule->pattern) - rule->pattern);
    return xstrndup(rule->pattern, length > 1 ? length - 1 : 1);
}

/* A link that leads from DIRECTORY to REAL, one of the system's top directories, is not followed: a
 * cache that is a link to /etc does not make /etc a cache. */
static bool leads_too_high(const char *directory, const char *real)
{
    return strcmp(directory, real) != 0 && strrchr(real, '/') == real && strcmp(real, "/tmp") != 0;
}

static int add_rule(struct sysprep_search *search, const struct sysprep_op *op,
                    const struct sysprep_rule *rule, const struct directories *directories,
                    struct error **err)
{
    AUTO_FREE char *directory = in_homes(rule) ? NULL : directory_of(rule);
    const char *real = directory ? directories_real(directories, directory) : NULL;
    if (directory && (!real || leads_too_high(directory, real)))
        return 0;
    /* A pattern that begins with "**" has to match at the top as well: path_pattern.h. */
    const char *rest = directory ? wild_part(rule->pattern) : rule->pattern + 2;
    AUTO_FREE char *text = xasprintf("%s%s", starts_with(rest, "**") ? "" : "/", rest);
    struct search_rule compiled = { .op = op, .rule = rule };
    if (path_pattern_parse(text, &compiled.pattern, err))
        return -1;
    compiled.directory = xstrdup(real);
    search->rules = xrealloc(search->rules, search->rule_count + 1, sizeof(*search->rules));
    search->rules[search->rule_count++] = compiled;
    return 0;
}

int search_rules_prepare(struct sysprep_search *search, struct error **err)
{
    AUTO_STRINGS struct string_list paths = { 0 };
    AUTO_DIRECTORIES struct directories directories = { 0 };
    for (size_t i = 0; i < sysprep_op_count; i++)
        for (const struct sysprep_rule *rule = sysprep_ops[i].rules; rule && rule->pattern; rule++)
            if (sysprep_plan_has(search->plan, &sysprep_ops[i]) && !in_homes(rule))
                string_list_take(&paths, directory_of(rule));
    if (sysprep_find_homes(search, err) ||
        directories_find(search->guest, &paths, &directories, err))
        return -1;
    for (size_t i = 0; i < sysprep_op_count; i++) {
        const struct sysprep_op *op = &sysprep_ops[i];
        for (const struct sysprep_rule *rule = op->rules; rule && rule->pattern; rule++)
            if (sysprep_plan_has(search->plan, op) && rule->action != SYSPREP_CREATE &&
                add_rule(search, op, rule, &directories, err))
                return -1;
    }
    return 0;
}

struct search_path search_path_of(const struct sysprep_search *search, const char *path)
{
    struct search_path found = { .path = path };
    for (const char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/'))
        if (found.homes < ARRAY_SIZE(found.in_home) &&
            sysprep_is_home(search, path, (size_t)(at - path)))
            found.in_home[found.homes++] = at + 1;
    return found;
}

bool search_rule_matches(const struct search_rule *rule, const struct search_path *candidate)
{
    const char *path = candidate->path;
    if (!rule->directory) {
        for (size_t i = 0; i < candidate->homes; i++)
            if (path_pattern_matches(&rule->pattern, candidate->in_home[i], false))
                return true;
        return false;
    }
    size_t length = strlen(rule->directory);
    if (length == 1) /* "/" */
        length = 0;
    return strncmp(path, rule->directory, length) == 0 && path[length] == '/' &&
           path_pattern_matches(&rule->pattern, path + length + 1, false);
}

void search_rules_clear(struct sysprep_search *search)
{
    for (size_t i = 0; i < search->rule_count; i++) {
        free(search->rules[i].directory);
        path_pattern_clear(&search->rules[i].pattern);
    }
    free(search->rules);
}
