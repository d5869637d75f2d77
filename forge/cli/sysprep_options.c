/* SPDX-License-Identifier: Apache-2.0 */
/* --sysprep and what goes with it. */
#include "forge/cli/sysprep_options.h"
#include "forge/build/sysprep_json.h"
#include "forge/cli/report.h"

static int set_sysprep(void *field, const struct option_row *row, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)row, (void)source;
    return sysprep_plan_add(field, text, err);
}

#define FIELD(member) .offset = offsetof(struct sysprep_settings, member)
static const struct option_row list_rows[] = {
    { "keep-user-accounts", 0, OPTION_LIST, "USER,...", FIELD(plan.keep_users),
      "Accounts that --sysprep user-account leaves alone" },
    { "remove-user-accounts", 0, OPTION_LIST, "USER,...", FIELD(plan.remove_users),
      "The only accounts that --sysprep user-account removes" },
    { "sysprep", 0, OPTION_CUSTOM, "LIST", FIELD(plan),
      "Remove identity, traces and secrets at the end: defaults,+NAME,-NAME", .set = set_sysprep },
};
static const struct option_row run_rows[] = {
    { "sysprep-dry-run", 0, OPTION_FLAG, NULL, FIELD(dry_run),
      "List what --sysprep would change, and write nothing" },
};

void declare_sysprep(struct options *options, struct sysprep_settings *settings)
{
    options_add(options, "Sysprep", OPTION_SECTION_TOP, list_rows, ARRAY_SIZE(list_rows), settings);
    options_add(options, "Sysprep", OPTION_SECTION_NONE, run_rows, ARRAY_SIZE(run_rows), settings);
}

static void print_changes(const struct sysprep_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct sysprep_change *change = &changes->items[i];
        AUTO_FREE char *path = printable(change->path);
        printf("%s\t%s\t%s\n", change->op->name, sysprep_action_name(change->action), path);
    }
    if (changes->more)
        printf("...\n");
}

int sysprep_preview(const struct build_request *request, bool json, struct progress *progress,
                    struct error **err)
{
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    if (forge_sysprep_preview(request, progress, &changes, err))
        return -1;
    if (!json) {
        print_changes(&changes);
        return 0;
    }
    AUTO(json_decref) json_t *object = sysprep_json(&request->sysprep, &changes);
    return json_print(object, stdout, err);
}
