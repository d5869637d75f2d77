/* SPDX-License-Identifier: Apache-2.0 */
/* Include and exclude rules, read as rsync reads them. */
#include "fsimage/tree/tree_filter.h"
#include "forge/base/memory.h"
#include "fsimage/tree/path_pattern.h"
#include "fsimage/tree/tree.h"

struct rule {
    enum tree_rule kind;
    struct path_pattern pattern;
};

struct tree_filter {
    struct rule *rules;
    size_t count;
    tree_left_out *report;
    void *opaque;
};

struct tree_filter *tree_filter_new(void)
{
    return NEW(struct tree_filter);
}

void tree_filter_free(struct tree_filter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->count; i++)
        path_pattern_clear(&filter->rules[i].pattern);
    free(filter->rules);
    free(filter);
}

int tree_filter_add(struct tree_filter *filter, enum tree_rule kind, const char *text,
                    struct error **err)
{
    struct rule rule = { .kind = kind };
    if (path_pattern_parse(text, &rule.pattern, err))
        return -1;
    filter->rules = xrealloc(filter->rules, filter->count + 1, sizeof(rule));
    filter->rules[filter->count++] = rule;
    return 0;
}

void tree_set_filter(struct tree *tree, struct tree_filter *filter, tree_left_out *report,
                     void *opaque)
{
    tree_filter_free(tree->filter);
    tree->filter = filter;
    filter->report = report;
    filter->opaque = opaque;
}

bool tree_filter_wants(const struct tree_filter *filter, const char *path, bool directory)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (path_pattern_matches(&filter->rules[i].pattern, path, directory))
            return filter->rules[i].kind == TREE_INCLUDE;
    }
    return true;
}

bool tree_is_filtered(const struct tree *tree)
{
    return tree->filter || tree->within;
}

bool tree_wants(const struct tree *tree, const char *path, bool directory)
{
    const struct tree_filter *filter = tree->filter;
    const struct tree *within = tree->within;
    if (!filter || tree_filter_wants(filter, path, directory))
        return !within || within->ops->wants(within, tree, path, directory);
    if (filter->report)
        filter->report(filter->opaque, path);
    return false;
}
