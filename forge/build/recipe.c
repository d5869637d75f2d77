/* SPDX-License-Identifier: Apache-2.0 */
/* What the nodes of a recipe mean: an image, steps, settings. */
#include "forge/build/recipe_import.h"

#include <string.h>

const char *const recipe_keys[] = { "image", "steps", "disk", "bundle", "vars", "import", NULL };
const char *const recipe_image_keys[] = { "path", "format", "sha256", NULL };

/* The recipe that is being read. */
struct reading {
    struct recipe *recipe;
    const struct recipe_key *const *keys;
};

/* -- what is wrong -- */

void recipe_refuse_key(struct recipe_faults *faults, const struct recipe_node *node,
                       const char *const names[])
{
    const char *near = nearest_name(node->text, names);
    if (near)
        recipe_faults_add(faults, &node->place, "unknown key \"%s\" (did you mean \"%s\"?)",
                          node->text, near);
    else
        recipe_faults_add(faults, &node->place, "unknown key \"%s\"", node->text);
}

bool recipe_expect_text(struct recipe *recipe, const struct recipe_node *key,
                        const struct recipe_node *value)
{
    bool good = value->kind == RECIPE_SCALAR && !recipe_node_is_null(value) && *value->text;
    if (!good)
        recipe_refuse(recipe, value, "\"%s\" wants a value, a text", key->text);
    return good;
}

static bool is_one_of(const char *name, const char *const names[])
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* -- settings -- */

static struct recipe_setting *find_setting(const struct recipe *recipe, enum recipe_section section,
                                           const char *key)
{
    for (size_t i = 0; i < recipe->count; i++)
        if (recipe->settings[i].section == section && strcmp(recipe->settings[i].key, key) == 0)
            return &recipe->settings[i];
    return NULL;
}

/* A setting is no place for a secret: it could be shown wherever settings are. */
static bool expect_plain(struct recipe *recipe, const struct recipe_node *key,
                         const struct recipe_node *value)
{
    if (!recipe_expect_text(recipe, key, value))
        return false;
    if (value->secret)
        recipe_refuse(recipe, value, "\"%s\" is not for secrets: they go into steps", key->text);
    return !value->secret;
}

static void setting_clear(struct recipe_setting *setting)
{
    free(setting->key);
    string_list_clear(&setting->values);
    free(setting->places);
    *setting = (struct recipe_setting){ 0 };
}

/* VALUE, a text or a list of them, becomes SETTING's values. */
static bool read_values(struct recipe *recipe, const struct recipe_node *key,
                        const struct recipe_node *value, struct recipe_setting *setting)
{
    const struct recipe_node *const single[] = { value };
    bool list = value->kind == RECIPE_LIST;
    const struct recipe_node *const *items =
        list ? (const struct recipe_node *const *)value->children : single;
    size_t count = list ? value->count : 1;
    setting->places = xcalloc(count + 1, sizeof(*setting->places));
    for (size_t i = 0; i < count; i++) {
        if (!expect_plain(recipe, key, items[i]))
            return false;
        string_list_add(&setting->values, items[i]->text);
        setting->places[i] = items[i]->place;
    }
    return true;
}

/* A file's settings replace those of the files that it imports. */
static void read_setting(struct recipe *recipe, enum recipe_section section,
                         const struct recipe_node *key, const struct recipe_node *value)
{
    struct recipe_setting *setting = find_setting(recipe, section, key->text);
    if (setting && setting->place.source == key->place.source) {
        AUTO_FREE char *place = recipe_place_text(&setting->place);
        recipe_refuse(recipe, key, "\"%s\" is already set at %s", key->text, place);
        return;
    }
    struct recipe_setting new = { .section = section,
                                  .key = xstrdup(key->text),
                                  .place = key->place };
    if (!read_values(recipe, key, value, &new)) {
        setting_clear(&new);
        return;
    }
    if (!setting) {
        recipe->settings = xrealloc(recipe->settings, recipe->count + 1, sizeof(*recipe->settings));
        setting = &recipe->settings[recipe->count++];
        *setting = (struct recipe_setting){ 0 };
    }
    setting_clear(setting);
    *setting = new;
}

static const struct recipe_key *find_key(const struct recipe_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

/* KEY is neither one of OWN nor a setting among KEYS. */
static void refuse_setting(struct recipe *recipe, const struct recipe_node *key,
                           const char *const own[], const struct recipe_key *keys)
{
    AUTO_STRINGS struct string_list names = { 0 };
    for (; *own; own++)
        string_list_add(&names, *own);
    for (; keys->name; keys++)
        string_list_add(&names, keys->name);
    recipe_refuse_key(&recipe->faults, key, (const char *const *)names.items);
}

/* A mapping of settings of SECTION; OWN are keys that are read elsewhere. */
static void read_settings(const struct reading *reading, enum recipe_section section,
                          const struct recipe_node *mapping, const char *const own[])
{
    struct recipe *recipe = reading->recipe;
    if (recipe_node_is_null(mapping))
        return;
    if (mapping->kind != RECIPE_MAPPING) {
        recipe_source_hide(&mapping->place, mapping->end);
        recipe_refuse(recipe, mapping, "keys with values are expected here");
        return;
    }
    for (size_t i = 0; i < mapping->count; i += 2) {
        const struct recipe_node *name = mapping->children[i], *value = mapping->children[i + 1];
        if (is_one_of(name->text, own))
            continue;
        const struct recipe_key *key = find_key(reading->keys[section], name->text);
        if (!key || key->secret)
            recipe_source_hide(&value->place, value->end);
        if (key)
            read_setting(recipe, section, name, value);
        else
            refuse_setting(recipe, name, own, reading->keys[section]);
    }
}

/* -- the keys that are no settings -- */

/* Forget a setting of the image that another file names. */
static void drop_setting(struct recipe *recipe, const char *key, const struct recipe_node *image)
{
    struct recipe_setting *setting = find_setting(recipe, RECIPE_SESSION, key);
    if (!setting || setting->place.source == image->place.source)
        return;
    setting_clear(setting);
    *setting = recipe->settings[--recipe->count];
}

/* image: PATH, or image: {path: PATH, ...}; what is beside the path are ordinary settings. */
static void read_image(const struct reading *reading, const struct recipe_node *key,
                       const struct recipe_node *value)
{
    const char *const *names = recipe_image_keys;
    struct recipe *recipe = reading->recipe;
    const struct recipe_node *path = value;
    for (size_t i = 1; names[i]; i++)
        drop_setting(recipe, names[i], key);
    if (value->kind == RECIPE_MAPPING) {
        for (size_t i = 0; i < value->count; i += 2) {
            const struct recipe_node *name = value->children[i];
            if (!is_one_of(name->text, names))
                recipe_refuse_key(&recipe->faults, name, names);
            else if (strcmp(name->text, "path") != 0)
                read_setting(recipe, RECIPE_SESSION, name, value->children[i + 1]);
        }
        path = recipe_node_get(value, "path");
        if (!path) {
            recipe_refuse(recipe, key, "\"image\" has no \"path\"");
            return;
        }
    }
    if (!expect_plain(recipe, key, path))
        return;
    free(recipe->image);
    recipe->image = path_join(path->place.source->base_dir, path->text);
}

static void read_steps(const struct reading *reading, const struct recipe_node *key,
                       const struct recipe_node *value)
{
    (void)key;
    recipe_read_steps(reading->recipe, value);
}

static void read_disk(const struct reading *reading, const struct recipe_node *key,
                      const struct recipe_node *value)
{
    static const char *const none[] = { NULL };
    (void)key;
    read_settings(reading, RECIPE_DISK, value, none);
}

static void read_bundle(const struct reading *reading, const struct recipe_node *key,
                        const struct recipe_node *value)
{
    static const char *const none[] = { NULL };
    (void)key;
    read_settings(reading, RECIPE_BUNDLE, value, none);
}

static void read_recipe(const struct reading *reading, const struct recipe_node *root)
{
    static const struct {
        const char *key;
        void (*read)(const struct reading *, const struct recipe_node *,
                     const struct recipe_node *);
    } readers[] = {
        { "image", read_image },
        { "steps", read_steps },
        { "disk", read_disk },
        { "bundle", read_bundle },
    };
    if (root->kind != RECIPE_MAPPING) {
        recipe_hide_all(root->place.source);
        recipe_refuse(reading->recipe, root, "a recipe has keys: image, steps, disk, bundle");
        return;
    }
    read_settings(reading, RECIPE_SESSION, root, recipe_keys);
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        for (size_t j = 0; j < root->count; j += 2)
            if (strcmp(root->children[j]->text, readers[i].key) == 0)
                readers[i].read(reading, root->children[j], root->children[j + 1]);
}

/* -- a recipe -- */

static int interpret(struct recipe *recipe, struct recipe_source *source,
                     const struct recipe_key *const *keys, const struct string_list *given,
                     struct error **err)
{
    struct recipe_vars vars = { 0 };
    struct recipe_files files = { 0 };
    for (size_t i = 0; given && i < given->count; i++)
        recipe_vars_give(&vars, given->items[i]);
    recipe_import(recipe, source, &vars, &files);
    const struct reading reading = { recipe, keys };
    for (size_t i = 0; i < files.count; i++) {
        recipe_vars_expand(&vars, recipe, files.roots[i]);
        read_recipe(&reading, files.roots[i]);
    }
    int result = recipe->faults.count ? 0 : recipe_vars_check(&vars, err);
    recipe_files_clear(&files);
    recipe_vars_clear(&vars);
    return result;
}

int recipe_read(const char *path, const struct recipe_key *const keys[RECIPE_SECTION_COUNT],
                const struct string_list *vars, struct recipe *recipe, struct error **err)
{
    struct recipe_source *source = recipe_source_read(path, err);
    return source ? interpret(recipe, source, keys, vars, err) : -1;
}

int recipe_parse(const char *path, const char *text, size_t length,
                 const struct recipe_key *const keys[RECIPE_SECTION_COUNT],
                 const struct string_list *vars, struct recipe *recipe, struct error **err)
{
    return interpret(recipe, recipe_source_new(path, text, length), keys, vars, err);
}

void recipe_clear(struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->count; i++)
        setting_clear(&recipe->settings[i]);
    free(recipe->settings);
    free(recipe->image);
    customize_plan_clear(&recipe->plan);
    recipe_faults_clear(&recipe->faults);
    for (size_t i = 0; i < recipe->source_count; i++)
        recipe_source_free(recipe->sources[i]);
    free(recipe->sources);
    *recipe = (struct recipe){ 0 };
}
