/* SPDX-License-Identifier: Apache-2.0 */
/* Imports are followed depth first, so that what a file builds on comes before it. */
#include "forge/build/recipe_import.h"

#include <string.h>

enum { FILES_MAX = 32 };

struct importing {
    struct recipe *recipe;
    struct recipe_vars *vars;
    struct recipe_files *files;
};

/* A file whose imports are being read, and the one that imports it. */
struct chain {
    const struct recipe_source *source;
    const struct chain *importer;
};

static bool is_same(const struct recipe_source *one, const struct recipe_source *other)
{
    return one->inode == other->inode && one->device == other->device;
}

static bool is_read(const struct recipe *recipe, const struct recipe_source *source)
{
    for (size_t i = 0; i < recipe->source_count; i++)
        if (is_same(recipe->sources[i], source))
            return true;
    return false;
}

static bool is_circle(const struct chain *chain, const struct recipe_source *source)
{
    for (; chain; chain = chain->importer)
        if (is_same(chain->source, source))
            return true;
    return false;
}

static void read_source(const struct importing *importing, struct recipe_source *source,
                        const struct chain *importer);

static void import_one(const struct importing *importing, const struct chain *chain,
                       const struct recipe_node *key, const struct recipe_node *name)
{
    struct recipe *recipe = importing->recipe;
    if (!recipe_expect_text(recipe, key, name))
        return;
    struct error *error = NULL;
    AUTO_FREE char *path = path_join(chain->source->base_dir, name->text);
    AUTO(recipe_source_free) struct recipe_source *source = recipe_source_read(path, &error);
    if (!source)
        recipe_faults_take(&recipe->faults, NULL, &name->place, error);
    else if (is_circle(chain, source))
        recipe_refuse(recipe, name, "%s would import itself", path);
    else if (recipe->source_count == FILES_MAX)
        recipe_refuse(recipe, name, "a recipe has at most %d files", FILES_MAX);
    else if (!is_read(recipe, source))
        read_source(importing, STEAL(source), chain);
}

static void read_imports(const struct importing *importing, const struct chain *chain,
                         const struct recipe_node *key, const struct recipe_node *value)
{
    if (value->kind != RECIPE_LIST)
        import_one(importing, chain, key, value);
    for (size_t i = 0; value->kind == RECIPE_LIST && i < value->count; i++)
        import_one(importing, chain, key, value->children[i]);
}

void recipe_hide_all(struct recipe_source *source)
{
    for (size_t i = 0; i < customize_op_count; i++)
        if (customize_ops[i].secret && strstr(source->text, customize_ops[i].name))
            source->unseen = true;
}

static void read_source(const struct importing *importing, struct recipe_source *source,
                        const struct chain *importer)
{
    struct recipe *recipe = importing->recipe;
    source->number = recipe->source_count;
    recipe->sources = xrealloc(recipe->sources, recipe->source_count + 1, sizeof(source));
    recipe->sources[recipe->source_count++] = source;
    struct recipe_node *root = recipe_yaml_parse(source, &recipe->faults);
    if (!root) {
        recipe_hide_all(source);
        return;
    }
    const struct chain chain = { source, importer };
    for (size_t i = 0; root->kind == RECIPE_MAPPING && i < root->count; i += 2) {
        const struct recipe_node *key = root->children[i], *value = root->children[i + 1];
        if (strcmp(key->text, "import") == 0)
            read_imports(importing, &chain, key, value);
    }
    const struct recipe_node *vars = root->kind == RECIPE_MAPPING ? recipe_node_get(root, "vars")
                                                                  : NULL;
    if (vars)
        recipe_vars_read(importing->vars, recipe, vars);
    struct recipe_files *files = importing->files;
    files->roots = xrealloc(files->roots, files->count + 1, sizeof(root));
    files->roots[files->count++] = root;
}

void recipe_import(struct recipe *recipe, struct recipe_source *source, struct recipe_vars *vars,
                   struct recipe_files *files)
{
    const struct importing importing = { recipe, vars, files };
    read_source(&importing, source, NULL);
}

void recipe_files_clear(struct recipe_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        recipe_node_free(files->roots[i]);
    free(files->roots);
}
