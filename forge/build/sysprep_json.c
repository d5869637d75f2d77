/* SPDX-License-Identifier: Apache-2.0 */
/* What sysprep did, as JSON. */
#include "forge/build/sysprep_json.h"

json_t *sysprep_json(const struct sysprep_plan *plan, const struct sysprep_changes *changes)
{
    json_t *operations = json_array(), *array = json_array();
    for (size_t i = 0; i < sysprep_op_count; i++)
        if (sysprep_plan_has(plan, &sysprep_ops[i]))
            json_array_append_new(operations, json_string(sysprep_ops[i].name));
    for (size_t i = 0; i < changes->count; i++) {
        const struct sysprep_change *change = &changes->items[i];
        json_array_append_new(array,
                              json_pack("{s:s, s:s, s:o, s:o}", "operation", change->op->name,
                                        "action", sysprep_action_name(change->action), "path",
                                        json_text(change->path), "what", json_text(change->what)));
    }
    return json_pack("{s:o, s:o, s:I}", "operations", operations, "changes", array, "more",
                     (json_int_t)changes->more);
}
