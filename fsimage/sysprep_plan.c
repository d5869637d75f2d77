/* SPDX-License-Identifier: Apache-2.0 */
/* Which operations of sysprep are chosen, and whether they go with the steps before them. */
#include "forge/base/log.h"
#include "fsimage/sysprep.h"

#include <string.h>

static uint64_t bit_of(size_t index)
{
    return UINT64_C(1) << index;
}

bool sysprep_plan_has(const struct sysprep_plan *plan, const struct sysprep_op *op)
{
    return plan->enabled & bit_of((size_t)(op - sysprep_ops));
}

/* The bits that NAME stands for, 0 when it is unknown. */
static uint64_t bits_of(const char *name)
{
    bool all = strcmp(name, "all") == 0, defaults = strcmp(name, "defaults") == 0;
    uint64_t bits = 0;
    for (size_t i = 0; i < sysprep_op_count; i++)
        if (all || (defaults && sysprep_ops[i].by_default) ||
            strcmp(name, sysprep_ops[i].name) == 0)
            bits |= bit_of(i);
    return bits;
}

static int unknown_name(const char *name, struct error **err)
{
    AUTO_FREE const char **names = xcalloc(sysprep_op_count + 3, sizeof(*names));
    names[0] = "defaults";
    names[1] = "all";
    for (size_t i = 0; i < sysprep_op_count; i++)
        names[i + 2] = sysprep_ops[i].name;
    const char *near = nearest_name(name, names);
    if (near)
        return error_set(err, ERROR_USAGE, "no sysprep operation \"%s\" (did you mean \"%s\"?)",
                         name, near);
    return error_set(err, ERROR_USAGE,
                     "no sysprep operation \"%s\" (\"forge sysprep --list\" shows them)", name);
}

int sysprep_plan_add(struct sysprep_plan *plan, const char *list, struct error **err)
{
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_split(&names, list, ',');
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.items[i];
        bool removes = *name == '-';
        name += removes || *name == '+';
        uint64_t bits = bits_of(name);
        if (!bits)
            return unknown_name(name, err);
        plan->enabled = removes ? plan->enabled & ~bits : plan->enabled | bits;
    }
    return 0;
}

int sysprep_plan_check(const struct sysprep_plan *plan, struct error **err)
{
    bool names = plan->keep_users.count || plan->remove_users.count;
    if (!names || plan->enabled & bits_of("user-account"))
        return 0;
    return error_set(err, ERROR_USAGE,
                     "--keep-user-accounts and --remove-user-accounts are for sysprep's "
                     "user-account: choose it with --sysprep ...,+user-account");
}

/* Whether NAMED, a step's path in the guest, is PATH or in it. */
static bool is_within(const char *named, const char *path)
{
    size_t length = strlen(path);
    return named && strncmp(named, path, length) == 0 &&
           (named[length] == '\0' || named[length] == '/');
}

void sysprep_changes_warn(const struct sysprep_changes *changes, const struct customize_plan *steps)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct sysprep_change *change = &changes->items[i];
        for (size_t j = 0; j < steps->count; j++) {
            const struct customize_step *step = &steps->steps[j];
            if (!is_within(step->first, change->path) && !is_within(step->second, change->path))
                continue;
            AUTO_FREE char *shown = guest_printable(change->path);
            log_warn("sysprep %s: %s %s, which %s (%s) names", change->op->name,
                     sysprep_action_name(change->action), shown, step->op->name, step->origin);
        }
    }
}
