/* SPDX-License-Identifier: Apache-2.0 */
/* A plan: operations parsed and checked before the launch, then run in their order. */
#include "fsimage/customize.h"
#include "forge/base/cancel.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"

#include <ctype.h>
#include <string.h>

enum { SHOWN_MAX = 60 };

/* TEXT for a message: one line without control characters, cut when it is long. */
static char *shown(const char *text)
{
    size_t length = strlen(text);
    bool cut = length > SHOWN_MAX;
    if (cut)
        for (length = SHOWN_MAX; length && (text[length] & 0xc0) == 0x80;)
            length--; /* not within a UTF-8 character */
    AUTO_FREE char *line = xstrndup(text, length);
    for (char *at = line; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    return xasprintf("%s%s", line, cut ? "…" : "");
}

bool customize_step_is_secret(const struct customize_step *step)
{
    return step->op->secret || step->secret;
}

char *customize_step_value(const struct customize_step *step)
{
    if (customize_step_is_secret(step))
        return NULL;
    if (step->first)
        return step->second ? xasprintf("%s:%s", step->first, step->second) : xstrdup(step->first);
    return step->items.count ? string_list_join(&step->items, ",") : NULL;
}

/* The value for a message. */
static char *step_value(const struct customize_step *step)
{
    AUTO_FREE char *value = customize_step_value(step);
    return value ? shown(value) : NULL;
}

char *customize_step_title(const struct customize_step *step)
{
    AUTO_FREE char *value = step_value(step);
    return xasprintf("%s%s%s", step->op->name, value ? " " : "", value ? value : "");
}

/* Put the step in front of the message: its option and value, or its place in the recipe. */
static int step_wrap(const struct customize_step *step, struct error **err)
{
    if (!starts_with(step->origin, "-"))
        return error_wrap(err, "%s: %s", step->origin, step->op->name);
    AUTO_FREE char *value = step_value(step);
    return value ? error_wrap(err, "%s %s", step->origin, value)
                 : error_wrap(err, "%s", step->origin);
}

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void step_clear(struct customize_step *step)
{
    wipe(step->first);
    wipe(step->second);
    string_list_clear(&step->items);
    string_list_clear(&step->settings);
    free(step->mode);
    free(step->owner);
    free(step->base_dir);
    free(step->origin);
    free(step->prepared);
}

static int step_parse(struct customize_step *step, const char *value, struct error **err)
{
    const struct customize_op *op = step->op;
    if (op->value == CUSTOMIZE_FLAG)
        return value ? error_set(err, ERROR_USAGE, "takes no value") : 0;
    if (!value || !*value)
        return error_set(err, ERROR_USAGE, "needs a value: %s", op->value_name);
    if (op->value == CUSTOMIZE_LIST) {
        string_list_split(&step->items, value, ',');
        return step->items.count ? 0 : error_set(err, ERROR_USAGE, "the list is empty");
    }
    const char *colon = op->value == CUSTOMIZE_PAIR ? strchr(value, ':') : NULL;
    if (op->value == CUSTOMIZE_PAIR && (!colon || colon == value))
        return error_set(err, ERROR_USAGE, "the value is not of the form %s", op->value_name);
    step->first = colon ? xstrndup(value, (size_t)(colon - value)) : xstrdup(value);
    step->second = colon ? xstrdup(colon + 1) : NULL;
    return 0;
}

static int unknown_operation(const char *name, const char *origin, struct error **err)
{
    AUTO_FREE const char **names = xcalloc(customize_op_count + 1, sizeof(*names));
    for (size_t i = 0; i < customize_op_count; i++)
        names[i] = customize_ops[i].name;
    const char *near = nearest_name(name, names);
    AUTO_FREE char *known = shown(name);
    if (!near)
        return error_set(err, ERROR_USAGE, "%s: unknown operation \"%s\"", origin, known);
    return error_set(err, ERROR_USAGE, "%s: unknown operation \"%s\" (did you mean \"%s\"?)",
                     origin, known, near);
}

/* Append what STEP (taken) stands for; nothing when one of it is wrong. */
static int expand(struct customize_plan *plan, struct customize_step *step, struct error **err)
{
    AUTO_PLAN struct customize_plan steps = { 0 };
    int result = step->op->expand(&steps, step, err);
    step_clear(step);
    if (!result)
        customize_plan_move(plan, &steps);
    return result;
}

static int step_check(struct customize_step *step, struct error **err)
{
    if ((step->mode && mode_check(step->mode, err)) ||
        (step->owner && owner_check(step->owner, err)))
        return -1;
    return step->op->check ? step->op->check(step, err) : 0;
}

/* Append STEP, which is taken, if it was PARSED and is good. */
static int add_step(struct customize_plan *plan, struct customize_step *step, bool parsed,
                    struct error **err)
{
    if (!parsed || step_check(step, err)) {
        step_wrap(step, err);
        step_clear(step);
        return -1;
    }
    if (step->op->expand)
        return expand(plan, step, err);
    plan->steps = xrealloc(plan->steps, plan->count + 1, sizeof(*plan->steps));
    plan->steps[plan->count++] = *step;
    return 0;
}

int customize_plan_add(struct customize_plan *plan, const char *name, const char *value,
                       const char *base_dir, const char *origin, struct error **err)
{
    const struct customize_op *op = customize_op_find(name);
    if (!op)
        return unknown_operation(name, origin, err);
    struct customize_step step = { .op = op,
                                   .base_dir = xstrdup(base_dir),
                                   .origin = xstrdup(origin) };
    bool parsed = step_parse(&step, value, err) == 0;
    return add_step(plan, &step, parsed, err);
}

size_t customize_op_parts(const struct customize_op *op, struct string_list *names)
{
    bool more = op->takes_mode || op->takes_owner || op->settings;
    if (op->value != CUSTOMIZE_PAIR && !(op->value == CUSTOMIZE_STRING && more))
        return 0;
    AUTO_STRINGS struct string_list own = { 0 };
    AUTO_FREE char *value_name = xstrndup(op->value_name, strcspn(op->value_name, "["));
    string_list_split(&own, value_name, ':');
    for (size_t i = 0; names && i < own.count; i++) {
        for (char *at = own.items[i]; *at; at++)
            *at = (char)tolower((unsigned char)*at);
        string_list_add(names, own.items[i]);
    }
    if (names && op->takes_mode)
        string_list_add(names, "mode");
    if (names && op->takes_owner)
        string_list_add(names, "owner");
    for (const char *const *setting = op->settings; names && setting && *setting; setting++)
        string_list_add(names, *setting);
    return own.count;
}

int customize_plan_add_parts(struct customize_plan *plan, const struct customize_op *op,
                             const char *const texts[], const char *base_dir, const char *origin,
                             struct error **err)
{
    struct customize_step step = { .op = op,
                                   .base_dir = xstrdup(base_dir),
                                   .origin = xstrdup(origin) };
    bool pair = op->value == CUSTOMIZE_PAIR;
    const char *const *more = texts + (pair ? 2 : 1);
    step.first = xstrdup(texts[0]);
    step.second = pair ? xstrdup(texts[1]) : NULL;
    step.mode = op->takes_mode ? xstrdup(*more++) : NULL;
    step.owner = op->takes_owner ? xstrdup(*more++) : NULL;
    for (const char *const *setting = op->settings; setting && *setting; setting++, more++)
        if (*more)
            string_list_take(&step.settings, xasprintf("%s=%s", *setting, *more));
    bool parsed = *step.first;
    if (!parsed)
        error_set(err, ERROR_USAGE, "needs a value: %s", op->value_name);
    return add_step(plan, &step, parsed, err);
}

const char *customize_step_setting(const struct customize_step *step, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < step->settings.count; i++) {
        const char *text = step->settings.items[i];
        if (starts_with(text, name) && text[length] == '=')
            return text + length + 1;
    }
    return NULL;
}

void customize_plan_move(struct customize_plan *to, struct customize_plan *from)
{
    to->steps = xrealloc(to->steps, to->count + from->count + 1, sizeof(*to->steps));
    for (size_t i = 0; i < from->count; i++)
        to->steps[to->count++] = from->steps[i];
    free(from->steps);
    *from = (struct customize_plan){ 0 };
}

const struct customize_step *customize_plan_needs_network(const struct customize_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct customize_step *step = &plan->steps[i];
        if (step->op->needs_network && !(step->op->is_local && step->op->is_local(step)))
            return step;
    }
    return NULL;
}

static int step_run(const struct customize_step *step, struct guest *guest,
                    struct progress *progress, struct error **err)
{
    AUTO_FREE char *what = customize_step_title(step);
    if (cancel_check(err))
        return -1;
    progress_begin(progress, what, 0);
    int result = step->op->run(guest, step, err);
    progress_end(progress);
    return result ? step_wrap(step, err) : 0;
}

const struct customize_step **customize_plan_in_order(const struct customize_plan *plan)
{
    static const enum customize_when order[] = { CUSTOMIZE_BEFORE, CUSTOMIZE_IN_ORDER,
                                                 CUSTOMIZE_AFTER };
    const struct customize_step **steps = xcalloc(plan->count + 1, sizeof(struct customize_step *)),
                                **next = steps;
    for (size_t when = 0; when < ARRAY_SIZE(order); when++)
        for (size_t i = 0; i < plan->count; i++)
            if (plan->steps[i].op->when == order[when])
                *next++ = &plan->steps[i];
    return steps;
}

int customize_plan_run(const struct customize_plan *plan, struct guest *guest,
                       struct progress *progress, struct error **err)
{
    AUTO_FREE const struct customize_step **steps = customize_plan_in_order(plan);
    for (size_t i = 0; i < plan->count; i++)
        if (step_run(steps[i], guest, progress, err))
            return -1;
    return 0;
}

void customize_plan_clear(struct customize_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        step_clear(&plan->steps[i]);
    free(plan->steps);
    *plan = (struct customize_plan){ 0 };
}
