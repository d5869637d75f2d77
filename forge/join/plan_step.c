/* SPDX-License-Identifier: Apache-2.0 */
/* The table of steps around an upload or a removal. */
#include "forge/join/plan_step.h"
#include "forge/base/json.h"

#include <string.h>

/* -- arguments -- */

/* Option values always follow "=": a value that begins with "-" stays a value. */
static void add_option(struct string_list *argv, const char *name, const char *value)
{
    string_list_take(argv, xasprintf("--%s=%s", name, value));
}

static void bucket_operation(const struct plan *plan, struct string_list *argv, const char *name)
{
    string_list_add(argv, "s3api");
    string_list_add(argv, name);
    add_option(argv, "bucket", plan->bucket);
}

static void head_bucket(const struct plan *plan, struct string_list *argv)
{
    bucket_operation(plan, argv, "head-bucket");
}

static void create_bucket(const struct plan *plan, struct string_list *argv)
{
    bucket_operation(plan, argv, "create-bucket");
    add_option(argv, "object-ownership", "BucketOwnerPreferred");
    /* S3 takes every location but that of its first region. */
    if (plan->region && strcmp(plan->region, "us-east-1") != 0)
        string_list_take(
            argv, xasprintf("--create-bucket-configuration=LocationConstraint=%s", plan->region));
}

static void get_ownership(const struct plan *plan, struct string_list *argv)
{
    bucket_operation(plan, argv, "get-bucket-ownership-controls");
    add_option(argv, "query", "OwnershipControls.Rules[0].ObjectOwnership");
    add_option(argv, "output", "text");
}

static void put_ownership(const struct plan *plan, struct string_list *argv)
{
    bucket_operation(plan, argv, "put-bucket-ownership-controls");
    add_option(argv, "ownership-controls", "Rules=[{ObjectOwnership=BucketOwnerPreferred}]");
}

static void image_operation(struct string_list *argv, const char *name)
{
    string_list_add(argv, "ec2");
    string_list_add(argv, name);
}

static void register_image(const struct plan *plan, struct string_list *argv)
{
    image_operation(argv, "register-image");
    add_option(argv, "name", plan->image_name);
    add_option(argv, "image-location", plan->location);
    if (plan->virtualization)
        add_option(argv, "virtualization-type", plan->virtualization);
    if (plan->virtualization && plan->kernel_id && *plan->kernel_id)
        add_option(argv, "kernel-id", plan->kernel_id);
    if (plan->virtualization && plan->ramdisk_id && *plan->ramdisk_id)
        add_option(argv, "ramdisk-id", plan->ramdisk_id);
}

/* The server takes * and ? in a filter's value for patterns, unless a backslash is before them. */
static char *escape_pattern(const char *text)
{
    char *escaped = xcalloc(2 * strlen(text) + 1, 1);
    for (char *to = escaped; *text; text++) {
        if (strchr("*?\\", *text))
            *to++ = '\\';
        *to++ = *text;
    }
    return escaped;
}

static void find_image(const struct plan *plan, struct string_list *argv)
{
    image_operation(argv, "describe-images");
    string_list_add(argv, "--owners=self");
    AUTO_FREE char *location = escape_pattern(plan->location);
    AUTO(json_decref)
    json_t *filter =
        json_pack("[{s:s, s:[o]}]", "Name", "manifest-location", "Values", json_text(location));
    AUTO_FREE char *text = json_dumps(filter, JSON_COMPACT);
    add_option(argv, "filters", text);
    add_option(argv, "query", "Images[].ImageId");
    add_option(argv, "output", "text");
}

static void deregister_image(const struct plan *plan, struct string_list *argv)
{
    (void)plan;
    image_operation(argv, "deregister-image");
    add_option(argv, "image-id", "IMAGE-ID");
}

static void list_instance_types(const struct plan *plan, struct string_list *argv)
{
    image_operation(argv, "describe-instance-types");
    string_list_add(argv, "--filters");
    string_list_add(argv, "Name=supported-root-device-type,Values=instance-store");
    string_list_take(
        argv, xasprintf("Name=supported-virtualization-type,Values=%s", plan->virtualization));
    string_list_take(argv, xasprintf("Name=processor-info.supported-architecture,Values=%s",
                                     plan->architecture));
    add_option(argv, "query", "InstanceTypes[].InstanceType");
    add_option(argv, "output", "text");
}

/* -- conditions -- */

static bool wants_bucket(const struct plan *plan)
{
    return plan->create_bucket;
}

static bool is_machine(const struct plan *plan)
{
    return plan->virtualization && plan->architecture;
}

/* -- the table -- */

/* clang-format off */
const struct plan_step plan_steps[] = {
    { "bucket", PLAN_UPLOAD, PLAN_BEFORE, false,
      "The bucket exists, and these credentials reach it", NULL, head_bucket },
    { "create-bucket", PLAN_UPLOAD, PLAN_BEFORE, true,
      "If it does not exist: make it, with ACLs enabled", wants_bucket, create_bucket },
    { "acls", PLAN_UPLOAD, PLAN_BEFORE, false,
      "ACLs are enabled: the answer BucketOwnerEnforced means that they are not, and that every "
      "upload with an ACL will fail; no controls at all are fine", NULL, get_ownership },
    { "enable-acls", PLAN_UPLOAD, PLAN_BEFORE, true,
      "If it is BucketOwnerEnforced: enable ACLs", NULL, put_ownership },
    { "register", PLAN_UPLOAD, PLAN_AFTER, false,
      "Register the image; from then on no object may change", NULL, register_image },
    { "instance-types", PLAN_UPLOAD, PLAN_AFTER, false,
      "List what the region offers of the instance types that can run it", is_machine,
      list_instance_types },
    { "find", PLAN_REMOVAL, PLAN_BEFORE, false,
      "Find the images that are registered from the manifest", NULL, find_image },
    { "deregister", PLAN_REMOVAL, PLAN_BEFORE, false,
      "Deregister each, before its objects go", NULL, deregister_image },
};
/* clang-format on */
const size_t plan_step_count = ARRAY_SIZE(plan_steps);

bool plan_step_applies(const struct plan_step *step, const struct plan *plan, enum plan_phase phase)
{
    return step->direction == plan->direction && step->phase == phase &&
           (!step->applies || step->applies(plan));
}

const struct plan_step *plan_step_find(const char *name)
{
    const struct plan_step *step = plan_steps;
    while (strcmp(step->name, name) != 0)
        step++;
    return step;
}

void plan_step_command(const struct plan_step *step, const struct plan *plan,
                       struct string_list *argv)
{
    string_list_add(argv, "aws");
    step->arguments(plan, argv);
    if (plan->region)
        add_option(argv, "region", plan->region);
}

/* -- instance types -- */

/* Only these previous generations start from an image in S3; newer ones want EBS. Lists differ
 * between the ages of EC2's manual: this is their union. */
static const struct {
    const char *family;
    bool hvm, paravirtual;
    const char *i386; /* its paravirtual types that run 32 bits; NULL: none */
} families[] = {
    { "c1", false, true, "c1.medium" },
    { "c3", true, true, NULL },
    { "d2", true, false, NULL },
    { "g2", true, false, NULL },
    { "hs1", false, true, NULL },
    { "i2", true, false, NULL },
    { "m1", false, true, "m1.small,m1.medium" },
    { "m2", false, true, NULL },
    { "m3", true, true, NULL },
    { "r3", true, false, NULL },
    { "x1", true, false, NULL },
};

void plan_instance_types(const struct plan *plan, struct string_list *names)
{
    if (!is_machine(plan))
        return;
    bool paravirtual = strcmp(plan->virtualization, "paravirtual") == 0;
    bool wide = strcmp(plan->architecture, "x86_64") == 0;
    bool narrow = strcmp(plan->architecture, "i386") == 0;
    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        if (wide && (paravirtual ? families[i].paravirtual : families[i].hvm))
            string_list_add(names, families[i].family);
        if (narrow && paravirtual && families[i].i386)
            string_list_split(names, families[i].i386, ',');
    }
}
