/* SPDX-License-Identifier: Apache-2.0 */
/* forge plan: what the upload stage has to do with a bundle, as text, JSON or a script. */
#include "forge/base/log.h"
#include "forge/cli/command_table.h"
#include "forge/cli/plan_text.h"
#include "forge/join/plan_json.h"
#include "forge/join/plan_script.h"

struct plan_values {
    char *bucket, *region, *source, *have;
    int acl, tool; /* indexes of acls and tools */
    bool create_bucket, removal, json, script;
};

static const struct option_choice acls[] = {
    { "aws-exec-read", 0 }, { "public-read", 1 }, { "ec2-bundle-read", 2 }, { NULL, 0 }
};
static const struct option_choice tools[] = {
    { "auto", 0 }, { "aws", 1 }, { "s3cmd", 2 }, { NULL, 0 }
};

#define FIELD(member) .offset = offsetof(struct plan_values, member)
static const struct option_row target_rows[] = {
    { "bucket", 'b', OPTION_STRING, "BUCKET[/PREFIX]", FIELD(bucket), "Where the objects go" },
    { "region", 0, OPTION_STRING, "REGION", FIELD(region),
      "The bucket's region (what the upload tool is set to)" },
    { "acl", 0, OPTION_CHOICE, "aws-exec-read|public-read|ec2-bundle-read", FIELD(acl),
      "The objects' canned ACL (aws-exec-read)", .choices = acls },
    { "create-bucket", 0, OPTION_FLAG, NULL, FIELD(create_bucket),
      "Make the bucket when it is not there" },
};
static const struct option_row object_rows[] = {
    { "source", 's', OPTION_PATH, "DIR", FIELD(source),
      "Where the parts lie (beside the manifest)" },
    { "have", 0, OPTION_PATH, "LIST", FIELD(have),
      "Leave out what this list says is there; - is stdin" },
    { "delete", 0, OPTION_FLAG, NULL, FIELD(removal),
      "Plan the way back: deregister, then remove" },
};
static const struct option_row result_rows[] = {
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "Print the plan as JSON" },
    { "sh", 0, OPTION_FLAG, NULL, FIELD(script), "Print a shell script that carries the plan out" },
    { "tool", 0, OPTION_CHOICE, "auto|aws|s3cmd", FIELD(tool),
      "The program that the script uses (what is installed where it runs)", .choices = tools },
};

static void declare(struct options *options, void *opaque)
{
    struct plan_values *values = opaque;
    options_add(options, "Target", OPTION_SECTION_NONE, target_rows, ARRAY_SIZE(target_rows),
                values);
    options_add(options, "Objects", OPTION_SECTION_NONE, object_rows, ARRAY_SIZE(object_rows),
                values);
    options_add(options, "Result", OPTION_SECTION_NONE, result_rows, ARRAY_SIZE(result_rows),
                values);
}

static int check(const struct invocation *invocation, struct error **err)
{
    const struct plan_values *values = invocation->values;
    if (!values->bucket)
        return error_set(err, ERROR_USAGE, "the bucket is missing: give --bucket");
    if (values->json && values->script)
        return error_set(err, ERROR_USAGE, "--json and --sh are two forms of one result");
    if (values->removal && values->have)
        return error_set(err, ERROR_USAGE, "--have is about uploads: --delete removes everything");
    if (values->removal && values->create_bucket)
        return error_set(err, ERROR_USAGE, "--create-bucket has no place beside --delete");
    if (options_origin(invocation->options, "tool") != OPTION_FROM_DEFAULT && !values->script)
        return error_set(err, ERROR_USAGE, "--tool is about the script: it needs --sh");
    return 0;
}

static int print(const struct plan *plan, const struct plan_values *values, struct error **err)
{
    if (values->script)
        return plan_write_script(plan, tools[values->tool].name, stdout, err);
    if (values->json) {
        AUTO(json_decref) json_t *json = plan_json(plan);
        return json_print(json, stdout, err);
    }
    plan_print(plan);
    return 0;
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct plan_values *values = invocation->values;
    if (check(invocation, err))
        return -1;
    const struct plan_request request = {
        .direction = values->removal ? PLAN_REMOVAL : PLAN_UPLOAD,
        .manifest = invocation->arguments->items[0],
        .source = values->source,
        .bucket = values->bucket,
        .acl = acls[values->acl].name,
        .region = values->region,
        .have = values->have,
        .create_bucket = values->create_bucket,
    };
    AUTO_UPLOAD_PLAN struct plan plan = { 0 };
    if (plan_make(&request, invocation->progress, &plan, err))
        return -1;
    for (size_t i = 0; i < plan.warnings.count; i++)
        log_warn("%s", plan.warnings.items[i]);
    return print(&plan, values, err);
}

const struct command command_plan = {
    .name = "plan",
    .arguments = "MANIFEST --bucket BUCKET[/PREFIX]",
    .summary = "Say what the upload stage has to do with a bundle",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct plan_values),
    .declare = declare,
    .run = run,
};
