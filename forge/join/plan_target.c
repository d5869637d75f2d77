/* SPDX-License-Identifier: Apache-2.0 */
/* Judges names of buckets, prefixes and regions. */
#include "forge/join/plan_target.h"

#include <arpa/inet.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static bool consists_of(const char *text, const char *characters)
{
    return text[strspn(text, characters)] == '\0';
}

static void warn(struct plan *plan, const char *format, ...) PRINTF_LIKE(2, 3);
static void warn(struct plan *plan, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    string_list_take(&plan->warnings, xvasprintf(format, args));
    va_end(args);
}

/* What any bucket was ever named: us-east-1 once took 255 characters, capitals and underscores. */
static bool can_be_bucket(const char *name)
{
    size_t length = strlen(name);
    return length >= 3 && length <= 255 && consists_of(name, LOWER UPPER DIGIT "._-") &&
           strchr(LOWER UPPER DIGIT, name[0]);
}

static bool is_address(const char *name)
{
    struct in_addr ignored;
    return inet_pton(AF_INET, name, &ignored) == 1;
}

static bool is_dns_safe(const char *name)
{
    size_t length = strlen(name);
    return length <= 63 && consists_of(name, LOWER DIGIT ".-") &&
           strchr(LOWER DIGIT, name[length - 1]) && !strstr(name, "..") && !strstr(name, ".-") &&
           !strstr(name, "-.") && !is_address(name);
}

static void judge_bucket(struct plan *plan)
{
    if (!is_dns_safe(plan->bucket))
        warn(plan,
             "the bucket's name \"%s\" is not DNS-safe: tools must address it by path, and some "
             "refuse it (3 to 63 of a-z, 0-9, - and ., no capitals, no underscores)",
             plan->bucket);
    else if (strchr(plan->bucket, '.'))
        warn(plan,
             "the bucket's name \"%s\" has a dot: no TLS certificate fits it as a host name, so "
             "tools must address it by path",
             plan->bucket);
}

static bool has_control_character(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (*at < ' ' || *at == 0x7f || (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
            return true;
    return false;
}

/* A key with an empty, "." or ".." component is allowed by S3 and mangled by half the tools. */
static bool can_be_prefix(const char *prefix)
{
    AUTO_FREE char *framed = xasprintf("/%s/", prefix);
    return !strstr(framed, "//") && !strstr(framed, "/./") && !strstr(framed, "/../") &&
           !has_control_character(prefix);
}

/* PATH without the slashes at its ends; owned. */
static char *trim_slashes(const char *path)
{
    path += strspn(path, "/");
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    return xstrndup(path, length);
}

static int set_bucket(struct plan *plan, const char *text, struct error **err)
{
    static const char scheme[] = "s3://";
    if (starts_with(text, scheme))
        text += strlen(scheme);
    size_t length = strcspn(text, "/");
    plan->bucket = xstrndup(text, length);
    plan->prefix = trim_slashes(text + length);
    if (!can_be_bucket(plan->bucket))
        return error_set(err, ERROR_USAGE, "\"%s\" cannot be the name of a bucket", plan->bucket);
    if (*plan->prefix && !can_be_prefix(plan->prefix))
        return error_set(err, ERROR_USAGE, "\"%s\" cannot be the prefix of keys", plan->prefix);
    return 0;
}

int plan_set_target(struct plan *plan, const struct plan_request *request, struct error **err)
{
    if (set_bucket(plan, request->bucket, err))
        return -1;
    if (plan->region && (!*plan->region || !consists_of(plan->region, LOWER DIGIT "-")))
        return error_set(err, ERROR_USAGE, "\"%s\" cannot be the name of a region", plan->region);
    judge_bucket(plan);
    if (plan->direction == PLAN_UPLOAD && strcmp(plan->acl, "public-read") == 0)
        warn(plan,
             "public-read lets anybody fetch the objects, and fails while the bucket's public "
             "access block is on");
    return 0;
}

char *plan_key(const struct plan *plan, const char *name)
{
    return *plan->prefix ? xasprintf("%s/%s", plan->prefix, name) : xstrdup(name);
}
