/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a plan as text. */
#include "forge/cli/plan_text.h"
#include "forge/base/shell_quote.h"
#include "forge/cli/report.h"
#include "forge/join/plan_step.h"

#include <stdio.h>

static void print_steps(const struct plan *plan, enum plan_phase phase)
{
    for (size_t i = 0; i < plan_step_count; i++) {
        const struct plan_step *step = &plan_steps[i];
        if (!plan_step_applies(step, plan, phase))
            continue;
        AUTO_STRINGS struct string_list argv = { 0 };
        plan_step_command(step, plan, &argv);
        AUTO_FREE char *command = shell_command(&argv);
        AUTO_FREE char *safe = printable(command);
        printf("%s:\n    %s\n", step->meaning, safe);
    }
}

static void print_uploads(const struct plan *plan)
{
    AUTO_FREE char *bytes = format_size(plan_bytes(plan));
    printf("\nObjects to send in this order: %zu, %s\n", plan->count, bytes);
    if (plan->left_out.count)
        printf("Left out, because they are there already: %zu\n", plan->left_out.count);
    if (!plan->count)
        return;
    printf("%10s  %-32s  %-24s  %-40s  %-64s  %-15s  %s\n", "SIZE", "MD5", "CONTENT-MD5", "SHA-1",
           "SHA-256", "ACL", "KEY");
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_object *object = &plan->objects[i];
        AUTO_FREE char *key = printable(object->key);
        printf("%10lld  %s  %s  %s  %s  %-15s  %s\n", (long long)object->size, object->md5,
               object->content_md5, object->sha1, object->sha256, plan->acl, key);
    }
}

static void print_removals(const struct plan *plan)
{
    printf("\nObjects to remove in this order: %zu\n", plan->count);
    for (size_t i = 0; i < plan->count; i++) {
        AUTO_FREE char *key = printable(plan->objects[i].key);
        printf("    %s\n", key);
    }
}

static void print_image(const struct plan *plan)
{
    AUTO_STRINGS struct string_list types = { 0 };
    plan_instance_types(plan, &types);
    report("virtualization", plan->virtualization);
    report("architecture", plan->architecture);
    if (!plan->virtualization)
        return;
    AUTO_FREE char *names = xstrdup("");
    for (size_t i = 0; i < types.count; i++) {
        AUTO_FREE char *before = names;
        names = xasprintf("%s%s%s", before, i ? " " : "", types.items[i]);
    }
    report("instances", types.count ? names : "none of EC2's start such an image from S3");
}

void plan_print(const struct plan *plan)
{
    report("bucket", plan->bucket);
    report("prefix", *plan->prefix ? plan->prefix : NULL);
    report("region", plan->region);
    report("location", plan->location);
    printf("\n");
    print_steps(plan, PLAN_BEFORE);
    if (plan->direction == PLAN_REMOVAL) {
        print_removals(plan);
        return;
    }
    print_uploads(plan);
    printf("\n");
    print_steps(plan, PLAN_AFTER);
    print_image(plan);
}
