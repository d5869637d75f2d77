/* SPDX-License-Identifier: Apache-2.0 */
/* The local files that a plan brings into the guest. */
#include "fsimage/customize.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/local_tree.h"

#include <string.h>

/* One file or tree that a step names. */
struct named {
    const struct customize_step *step;
    const char *name; /* as given */
    customize_file_visitor *visit;
    void *opaque;
};

static int visit_entry(void *opaque, const struct local_entry *entry, struct error **err)
{
    const struct named *named = opaque;
    if (!S_ISREG(entry->stat->st_mode))
        return 0;
    const char *within = strchr(entry->name, '/');
    AUTO_FREE char *name = within ? path_join(named->name, within + 1) : xstrdup(named->name);
    const struct customize_file file = { named->step, name, entry->path };
    return named->visit(named->opaque, &file, err);
}

int customize_plan_files(const struct customize_plan *plan, customize_file_visitor *visit,
                         void *opaque, struct error **err)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct customize_step *step = &plan->steps[i];
        AUTO_STRINGS struct string_list names = { 0 };
        if (step->op->files && !step->secret)
            step->op->files(step, &names);
        for (size_t j = 0; j < names.count; j++) {
            AUTO_FREE char *path = local_path(step, names.items[j]);
            struct named named = { step, names.items[j], visit, opaque };
            if (local_tree_walk(path, visit_entry, &named, err))
                return -1;
        }
    }
    return 0;
}
