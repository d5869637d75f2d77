/* SPDX-License-Identifier: Apache-2.0 */
/* Option rows made from the table of operations. */
#include "forge/cli/operations.h"

/* FIELD is the plan: steps keep the order they are given in. */
static int set_operation(void *field, const struct option_row *row, const char *text,
                         const struct option_source *source, struct error **err)
{
    return customize_plan_add(field, row->name, text, source->base_dir, source->where, err);
}

void declare_operations(struct options *options, struct operation_settings *settings)
{
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
