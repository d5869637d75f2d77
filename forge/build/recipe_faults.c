/* SPDX-License-Identifier: Apache-2.0 */
/* Faults are collected as they are found, and told in the order of the text. */
#include "forge/build/recipe_faults.h"
#include "forge/base/strings.h"

#include <ctype.h>
#include <string.h>

enum { FAULTS_MAX = 100 };

/* What the text has does not move the terminal's cursor. */
static void add(struct recipe_faults *faults, const struct recipe_place *place, char *message)
{
    for (char *at = message; *at; at++)
        if (iscntrl((unsigned char)*at))
            *at = ' ';
    if (faults->count == FAULTS_MAX) {
        faults->dropped++;
        free(message);
        return;
    }
    faults->items = xrealloc(faults->items, faults->count + 1, sizeof(*faults->items));
    faults->items[faults->count++] = (struct recipe_fault){ *place, message };
}

void recipe_faults_add(struct recipe_faults *faults, const struct recipe_place *place,
                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(faults, place, xvasprintf(format, args));
    va_end(args);
}

void recipe_faults_take(struct recipe_faults *faults, const char *origin,
                        const struct recipe_place *place, struct error *error)
{
    AUTO_FREE char *prefix = xasprintf("%s: ", origin ? origin : "");
    bool placed = starts_with(error->message, prefix);
    add(faults, place, xstrdup(error->message + (placed ? strlen(prefix) : 0)));
    error_free(error);
}

static bool is_behind(const struct recipe_place *place, const struct recipe_place *other)
{
    if (place->source != other->source)
        return place->source->number > other->source->number;
    return place->index > other->index;
}

void recipe_faults_sort(struct recipe_faults *faults)
{
    for (size_t i = 1; i < faults->count; i++) {
        struct recipe_fault fault = faults->items[i];
        size_t at = i;
        for (; at > 0 && is_behind(&faults->items[at - 1].place, &fault.place); at--)
            faults->items[at] = faults->items[at - 1];
        faults->items[at] = fault;
    }
}

int recipe_faults_verdict(struct recipe_faults *faults, struct error **err)
{
    if (!faults->count)
        return 0;
    recipe_faults_sort(faults);
    const char *subject = faults->subject ? faults->subject : "the recipe";
    AUTO_STRINGS struct string_list lines = { 0 };
    if (faults->count > 1)
        string_list_take(
            &lines, xasprintf("%s has %zu mistakes:", subject, faults->count + faults->dropped));
    for (size_t i = 0; i < faults->count; i++) {
        const struct recipe_fault *fault = &faults->items[i];
        AUTO_FREE char *place = recipe_place_text(&fault->place);
        AUTO_FREE char *excerpt = recipe_place_excerpt(&fault->place);
        string_list_take(&lines, xasprintf("%s: %s%s", place, fault->message, excerpt));
    }
    if (faults->dropped)
        string_list_take(&lines, xasprintf("and %zu more, which are not shown", faults->dropped));
    AUTO_FREE char *text = string_list_join(&lines, "\n");
    return error_set(err, ERROR_USAGE, "%s", text);
}

json_t *recipe_faults_json(struct recipe_faults *faults)
{
    recipe_faults_sort(faults);
    json_t *list = json_array();
    for (size_t i = 0; i < faults->count; i++) {
        const struct recipe_fault *fault = &faults->items[i];
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:I, s:o}", "file", json_text(fault->place.source->path),
                            "line", (json_int_t)fault->place.line, "column",
                            (json_int_t)fault->place.column, "message", json_text(fault->message)));
    }
    return list;
}

void recipe_faults_clear(struct recipe_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        free(faults->items[i].message);
    free(faults->items);
    *faults = (struct recipe_faults){ 0 };
}
