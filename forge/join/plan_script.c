/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a plan's script: its values quoted, the functions from script/, a line for each object. */
#include "forge/join/plan_script.h"
#include "forge/base/shell_quote.h"
#include "forge/join/plan_step.h"

#include <string.h>

/* The build turns script/NAME.sh into NAME.inc, a C string. */
static const char common_functions[] =
#include "common.inc"
    ;
static const char upload_functions[] =
#include "upload.inc"
    ;
static const char removal_functions[] =
#include "removal.inc"
    ;

static void set_variable(FILE *file, const char *name, const char *value)
{
    AUTO_FREE char *word = shell_quote(value ? value : "");
    fprintf(file, "%s=%s\n", name, word);
}

/* The command of STEP as a variable that the script prints or evaluates. */
static void set_command(const struct plan *plan, const char *step, const char *name, FILE *file)
{
    AUTO_STRINGS struct string_list argv = { 0 };
    plan_step_command(plan_step_find(step), plan, &argv);
    AUTO_FREE char *command = shell_command(&argv);
    set_variable(file, name, command);
}

static void write_variables(const struct plan *plan, const char *tool, FILE *file)
{
    set_variable(file, "bucket", plan->bucket);
    set_variable(file, "region", plan->region);
    set_variable(file, "location", plan->location);
    set_variable(file, "tool", tool);
    fprintf(file, "objects=%zu\n", plan->count);
    if (plan->direction == PLAN_REMOVAL) {
        set_command(plan, "find", "find_command", file);
        return;
    }
    set_variable(file, "acl", plan->acl);
    set_variable(file, "create_bucket", plan->create_bucket ? "yes" : "no");
    set_variable(file, "parts", plan->part_directory);
    set_variable(file, "manifests", plan->manifest_directory);
    set_command(plan, "register", "register_command", file);
}

static void write_upload(const struct plan_object *object, FILE *file)
{
    AUTO_FREE char *key = shell_quote(object->key), *name = shell_quote(object->name);
    fprintf(file, "upload %s \"$%s\"/%s %lld %s %s\n", key,
            object->is_manifest ? "manifests" : "parts", name, (long long)object->size, object->md5,
            object->content_md5);
}

static void write_removal(const struct plan_object *object, FILE *file)
{
    AUTO_FREE char *key = shell_quote(object->key);
    fprintf(file, "remove %s\n", key);
}

static void write_objects(const struct plan *plan, FILE *file)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->direction == PLAN_UPLOAD)
            write_upload(&plan->objects[i], file);
        else
            write_removal(&plan->objects[i], file);
    }
}

int plan_write_script(const struct plan *plan, const char *tool, FILE *file, struct error **err)
{
    bool upload = plan->direction == PLAN_UPLOAD;
    fputs("#!/bin/sh\n", file);
    fprintf(file, "# %s a bundle; made by forge plan. --help tells the options.\n",
            upload ? "Uploads" : "Removes");
    fputs("set -eu\n\n", file);
    write_variables(plan, tool, file);
    fputs("\n", file);
    fputs(common_functions, file);
    fputs(upload ? upload_functions : removal_functions, file);
    fputs("begin \"$@\"\n", file);
    write_objects(plan, file);
    fputs("finish\n", file);
    if (fflush(file) || ferror(file))
        return error_set_errno(err, "writing the script");
    return 0;
}
