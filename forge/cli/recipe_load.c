/* SPDX-License-Identifier: Apache-2.0 */
/* Between the recipe's reader, which knows places, and the option rows, which know values. */
#include "forge/cli/recipe_load.h"

int recipe_set_var(void *field, const struct option_row *row, const char *text,
                   const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    if (recipe_check_var(text, err))
        return -1;
    string_list_add(field, text);
    return 0;
}

/* The keys of SECTION; owned, without the names. */
static struct recipe_key *section_keys(const struct options *options, enum option_section section)
{
    struct recipe_key *keys = xcalloc(options->count + 1, sizeof(*keys)), *next = keys;
    for (size_t i = 0; i < options->count; i++)
        if (options->slots[i].section == section)
            *next++ =
                (struct recipe_key){ options->slots[i].row->name, options->slots[i].row->secret };
    return keys;
}

static void apply_setting(struct options *options, struct recipe *recipe,
                          const struct recipe_setting *setting)
{
    if (setting->values.count != 1 && !options_takes_many(options, setting->key)) {
        recipe_faults_add(&recipe->faults, &setting->place, "%s: one value is wanted, no list",
                          setting->key);
        return;
    }
    for (size_t i = 0; i < setting->values.count; i++) {
        AUTO_FREE char *place = recipe_place_text(&setting->places[i]);
        AUTO_FREE char *where = xasprintf("%s: %s", place, setting->key);
        const struct option_source source = { OPTION_FROM_RECIPE, where,
                                              setting->place.source->base_dir };
        struct error *error = NULL;
        if (options_set(options, setting->key, setting->values.items[i], &source, &error))
            recipe_faults_take(&recipe->faults, place, &setting->places[i], error);
    }
}

int recipe_load(const char *path, const struct string_list *vars, struct options *options,
                struct recipe *recipe, struct error **err)
{
    AUTO_FREE struct recipe_key *session = section_keys(options, OPTION_SECTION_TOP);
    AUTO_FREE struct recipe_key *disk = section_keys(options, OPTION_SECTION_DISK);
    AUTO_FREE struct recipe_key *bundle = section_keys(options, OPTION_SECTION_BUNDLE);
    const struct recipe_key *const keys[RECIPE_SECTION_COUNT] = {
        [RECIPE_SESSION] = session, [RECIPE_DISK] = disk, [RECIPE_BUNDLE] = bundle
    };
    if (recipe_read(path, keys, vars, recipe, err))
        return -1;
    for (size_t i = 0; i < recipe->count; i++)
        apply_setting(options, recipe, &recipe->settings[i]);
    return 0;
}
