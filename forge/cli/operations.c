/* SPDX-License-Identifier: Apache-2.0 */
/* Option rows made from the table of operations. */
#include "forge/cli/operations.h"
#include "forge/base/json.h"

/* FIELD is the plan: steps keep the order they are given in. */
static int set_operation(void *field, const struct option_row *row, const char *text,
                         const struct option_source *source, struct error **err)
{
    return customize_plan_add(field, row->name, text, source->base_dir, source->where, err);
}

static int set_image(void *field, const struct option_row *row, const char *text,
                     const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    char **image = field;
    if (*image)
        return error_set(err, ERROR_USAGE, "one image at a time, and \"%s\" is given already",
                         *image);
    *image = xstrdup(text);
    return 0;
}

static const struct option_row image_rows[] = {
    { "add", 'a', OPTION_CUSTOM, "IMAGE", .offset = offsetof(struct operation_settings, image),
      .help = "The image, instead of naming it as an argument", .set = set_image },
};

void declare_operations(struct options *options, struct operation_settings *settings)
{
    options_add(options, "Input", OPTION_SECTION_NONE, image_rows, ARRAY_SIZE(image_rows),
                settings);
    settings->rows = xcalloc(customize_op_count, sizeof(*settings->rows));
    for (size_t i = 0; i < customize_op_count; i++) {
        const struct customize_op *op = &customize_ops[i];
        settings->rows[i] = (struct option_row){
            .name = op->name,
            .kind = OPTION_STEP,
            .value_name = op->value == CUSTOMIZE_FLAG ? NULL : op->value_name,
            .offset = offsetof(struct operation_settings, plan),
            .help = op->help,
            .set = set_operation,
        };
    }
    options_add(options, "Operations, in the order given", OPTION_SECTION_NONE, settings->rows,
                customize_op_count, settings);
}

void operation_settings_clear(struct operation_settings *settings)
{
    customize_plan_clear(&settings->plan);
    free(STEAL(settings->rows));
    free(STEAL(settings->image));
}

int operations_image(const struct operation_settings *settings, const struct string_list *arguments,
                     const char **image, struct error **err)
{
    const char *argument = arguments->count ? arguments->items[0] : NULL;
    if (argument && settings->image)
        return error_set(err, ERROR_USAGE, "two images are named: \"%s\" and \"%s\"",
                         settings->image, argument);
    *image = argument ? argument : settings->image;
    return 0;
}

void operations_print(FILE *file)
{
    for (size_t i = 0; i < customize_op_count; i++) {
        const struct customize_op *op = &customize_ops[i];
        bool flag = op->value == CUSTOMIZE_FLAG;
        fprintf(file, "%s%s%s\t%s\n", op->name, flag ? "" : " ", flag ? "" : op->value_name,
                op->help);
    }
}

int operations_print_json(FILE *file, struct error **err)
{
    AUTO(json_decref) json_t *list = json_array();
    for (size_t i = 0; i < customize_op_count; i++) {
        const struct customize_op *op = &customize_ops[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s?, s:s, s:b, s:b}", "operation", op->name,
                                        "value", op->value_name, "help", op->help, "runs_guest",
                                        op->runs_guest, "needs_network", op->needs_network));
    }
    return json_print(list, file, err);
}
