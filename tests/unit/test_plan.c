/* SPDX-License-Identifier: Apache-2.0 */
/* Upload plans: targets, objects in order, lists of what is there, quoting, steps around them. */
#include "forge/base/digest.h"
#include "forge/base/shell_quote.h"
#include "forge/join/have_list.h"
#include "forge/join/plan.h"
#include "forge/join/plan_step.h"
#include "manifest/manifest.h"
#include "tests/unit/check.h"

static char *scratch;

static int make_directory(void **state)
{
    (void)state;
    scratch = make_scratch();
    return 0;
}

static int drop_directory(void **state)
{
    (void)state;
    remove_scratch(scratch);
    return 0;
}

/* -- a bundle of two parts, which need hold no image -- */

static void write_file(const char *name, const char *text)
{
    AUTO_FREE char *path = path_join(scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#define PART_0 "the first part"
#define PART_1 "the second"

static void fill(struct manifest *manifest, const char *first, const char *second)
{
    struct error *err = NULL;
    static const unsigned char zeros[128]; /* what an RSA-1024 key would make */
    *manifest = (struct manifest){
        .version = MANIFEST_2007_10_10,
        .bundler_name = xstrdup("forge"),
        .bundler_version = xstrdup("1"),
        .bundler_release = xstrdup("0"),
        .architecture = xstrdup("x86_64"),
        .name = xstrdup("disk"),
        .user = xstrdup("123456789012"),
        .type = xstrdup("machine"),
        .digest = xstrdup("da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        .size = 1 << 20,
        .bundled_size = (int64_t)strlen(PART_0 PART_1),
        .ec2_encrypted_key = hex_encode(zeros, 128),
        .user_encrypted_key = hex_encode(zeros, 128),
        .ec2_encrypted_iv = hex_encode(zeros, 128),
        .user_encrypted_iv = hex_encode(zeros, 128),
        .parts = xcalloc(2, sizeof(struct part)),
        .part_count = 2,
    };
    const char *names[] = { first, second };
    write_file(first, PART_0);
    write_file(second, PART_1);
    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *path = path_join(scratch, names[i]);
        char *digest = digest_file(DIGEST_SHA1, path, &err);
        assert_ok(digest, err);
        manifest->parts[i] = (struct part){ xstrdup(names[i]), digest };
    }
}

static char *write_manifest(const struct manifest *manifest)
{
    struct error *err = NULL;
    size_t length;
    AUTO_FREE char *text = manifest_format(manifest, NULL, &length, &err);
    assert_ok(text, err);
    write_file("disk.manifest.xml", text);
    return path_join(scratch, "disk.manifest.xml");
}

static struct plan_request request_for(const char *manifest)
{
    return (struct plan_request){ .manifest = manifest,
                                  .bucket = "images/web/1",
                                  .acl = "aws-exec-read" };
}

static char *sample(void)
{
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest, "disk.part.0", "disk.part.1");
    return write_manifest(&manifest);
}

static struct plan make_plan(const struct plan_request *request)
{
    struct error *err = NULL;
    struct plan plan;
    assert_ok(plan_make(request, NULL, &plan, &err) == 0, err);
    return plan;
}

static void assert_refused(const struct plan_request *request, enum error_cause cause,
                           const char *text)
{
    struct error *err = NULL;
    struct plan plan;
    assert_int_equal(plan_make(request, NULL, &plan, &err), -1);
    assert_error(err, cause, text);
}

/* -- objects -- */

static void manifest_is_sent_last_and_removed_first(void **state)
{
    (void)state;
    AUTO_FREE char *path = sample();
    struct plan_request request = request_for(path);
    AUTO_UPLOAD_PLAN struct plan upload = make_plan(&request);
    assert_int_equal(upload.count, 3);
    assert_string_equal(upload.objects[0].key, "web/1/disk.part.0");
    assert_string_equal(upload.objects[1].key, "web/1/disk.part.1");
    assert_string_equal(upload.objects[2].key, "web/1/disk.manifest.xml");
    assert_string_equal(upload.location, "images/web/1/disk.manifest.xml");
    request.direction = PLAN_REMOVAL;
    AUTO_UPLOAD_PLAN struct plan removal = make_plan(&request);
    assert_int_equal(removal.count, 3);
    assert_string_equal(removal.objects[0].key, "web/1/disk.manifest.xml");
    assert_string_equal(removal.objects[2].key, "web/1/disk.part.1");
}

/* Digests by md5sum, sha1sum and sha256sum of "the second". */
static void digests_are_those_of_the_files(void **state)
{
    (void)state;
    AUTO_FREE char *path = sample();
    struct plan_request request = request_for(path);
    AUTO_UPLOAD_PLAN struct plan plan = make_plan(&request);
    const struct plan_object *part = &plan.objects[1];
    assert_int_equal(part->size, 10);
    assert_string_equal(part->md5, "3212eb1ca5254451d20dfc92428d2cbe");
    assert_string_equal(part->content_md5, "MhLrHKUlRFHSDfySQo0svg==");
    assert_string_equal(part->sha1, "b67cfe05127edf0bf9270f02086501b6e7fb9ce5");
    assert_string_equal(part->sha256,
                        "066085a464c84cc7b1517dd07b6004b4808b91236491eebf645e6a6b95436d38");
    assert_int_equal(plan_bytes(&plan), 24 + plan.objects[2].size);
}

static void wrong_and_missing_parts_are_a_mismatch(void **state)
{
    (void)state;
    AUTO_FREE char *path = sample();
    struct plan_request request = request_for(path);
    write_file("disk.part.0", "the first para");
    assert_refused(&request, ERROR_MISMATCH, "part 0 (disk.part.0) is damaged");
    AUTO_FREE char *part = path_join(scratch, "disk.part.1");
    assert_int_equal(unlink(part), 0);
    assert_refused(&request, ERROR_MISMATCH, "and 1 more files are wrong");
    /* The way back needs no part. */
    request.direction = PLAN_REMOVAL;
    AUTO_UPLOAD_PLAN struct plan plan = make_plan(&request);
    assert_int_equal(plan.count, 3);
}

static void wrong_sum_is_a_mismatch(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest, "disk.part.0", "disk.part.1");
    manifest.bundled_size++;
    AUTO_FREE char *path = write_manifest(&manifest);
    struct plan_request request = request_for(path);
    assert_refused(&request, ERROR_MISMATCH, "the parts have 24 bytes, the manifest says 25");
}

static void two_files_of_one_key_are_refused(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest twice;
    fill(&twice, "disk.part.0", "disk.part.0");
    AUTO_FREE char *path = write_manifest(&twice);
    struct plan_request request = request_for(path);
    assert_refused(&request, ERROR_INVALID, "are named \"disk.part.0\"");
    AUTO_MANIFEST struct manifest overlaid;
    fill(&overlaid, "disk.part.0", "disk.manifest.xml");
    free(write_manifest(&overlaid));
    assert_refused(&request, ERROR_INVALID, "are named \"disk.manifest.xml\"");
}

/* -- targets -- */

static void buckets_and_prefixes_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bucket, *prefix;
        size_t warnings;
    } cases[] = {
        { "images", "images", "", 0 },
        { "images/", "images", "", 0 },
        { "s3://images/a/b/", "images", "a/b", 0 },
        { "images/it's $(x) \xc3\xa9", "images", "it's $(x) \xc3\xa9", 0 },
        { "Images", "Images", "", 1 },
        { "my_images", "my_images", "", 1 },
        { "my.images", "my.images", "", 1 },
        { "images-", "images-", "", 1 },
        { "192.168.5.4", "192.168.5.4", "", 1 },
    };
    AUTO_FREE char *path = sample();
    struct plan_request request = request_for(path);
    request.direction = PLAN_REMOVAL;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        request.bucket = cases[i].text;
        AUTO_UPLOAD_PLAN struct plan plan = make_plan(&request);
        assert_string_equal(plan.bucket, cases[i].bucket);
        assert_string_equal(plan.prefix, cases[i].prefix);
        assert_int_equal(plan.warnings.count, cases[i].warnings);
    }
}

static void impossible_targets_are_refused(void **state)
{
    (void)state;
    static const char *const buckets[] = { "",         "/",        "ab",          "a b c",
                                           "-images",  "im$ages",  "images/a//b", "images/../x",
                                           "images/.", "images/\n" };
    AUTO_FREE char *path = sample();
    struct plan_request request = request_for(path);
    for (size_t i = 0; i < ARRAY_SIZE(buckets); i++) {
        request.bucket = buckets[i];
        assert_refused(&request, ERROR_USAGE, "cannot be the");
    }
    request.bucket = "images";
    request.region = "eu west";
    assert_refused(&request, ERROR_USAGE, "\"eu west\" cannot be the name of a region");
    AUTO_FREE char *deep = xasprintf("images/%01100d", 1);
    request.region = NULL;
    request.bucket = deep;
    assert_refused(&request, ERROR_USAGE, "a key has more than 1024 bytes");
}

/* -- what is there already -- */

#define MD5_0   "cc84343249cac6c1c6752f06a3c43a8f"
#define OTHER   "00000000000000000000000000000000"
#define UPPER_0 "CC84343249CAC6C1C6752F06A3C43A8F"

static bool list_has(const char *text)
{
    struct error *err = NULL;
    write_file("list", text);
    AUTO_FREE char *path = path_join(scratch, "list");
    AUTO(have_list_free) struct have_list *list = have_list_read(path, "images", &err);
    assert_ok(list, err);
    const struct plan_object object = { .key = (char *)"web/1/disk 2.part.0",
                                        .name = (char *)"disk 2.part.0",
                                        .size = 14,
                                        .md5 = (char *)MD5_0 };
    return have_list_has(list, &object);
}

static void lists_are_read_as_people_and_tools_write_them(void **state)
{
    (void)state;
    static const char *const there[] = {
        "web/1/disk 2.part.0",
        "other\r\nweb/1/disk 2.part.0\r\nmore",
        "disk 2.part.0",
        "s3://images/web/1/disk 2.part.0\n",
        "web/1/disk 2.part.0 14 " MD5_0,
        "web/1/disk 2.part.0\t14\t" UPPER_0 "  ",
        "2026-11-24 00:12:57         14 web/1/disk 2.part.0",
        "2026-11-24 00:12:57         14 disk 2.part.0",
        "2026-11-24 00:12           14  s3://images/web/1/disk 2.part.0",
        "2026-11-24 00:12           14  " MD5_0 "     s3://images/web/1/disk 2.part.0",
    };
    static const char *const absent[] = {
        "",
        "\n \n",
        "web/1/disk 2.part.00",
        "web/2/disk 2.part.0",
        "s3://others/web/1/disk 2.part.0",
        "s3://images/disk 2.part.0",
        "web/1/disk 2.part.0 15 " MD5_0,
        "web/1/disk 2.part.0 14 " OTHER,
        "web/1/disk 2.part.0 99999999999999999999 " MD5_0,
        "2026-11-24 00:12:57         15 web/1/disk 2.part.0",
        "2026-11-24 00:12           14  " OTHER "     s3://images/web/1/disk 2.part.0",
        "2026-11-24 00:12           14  " MD5_0 "-2   s3://images/web/1/disk 2.part.0",
        "                          DIR  s3://images/web/1/disk 2.part.0/",
        "                           PRE disk 2.part.0/",
        "2026-11-24 00:12",
        "2026-11-24 00:12 x y",
    };
    for (size_t i = 0; i < ARRAY_SIZE(there); i++)
        if (!list_has(there[i]))
            fail_msg("not found in: %s", there[i]);
    for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
        if (list_has(absent[i]))
            fail_msg("found in: %s", absent[i]);
}

static void what_is_there_is_left_out(void **state)
{
    (void)state;
    AUTO_FREE char *path = sample(), *list = path_join(scratch, "list");
    write_file("list", "web/1/disk.part.0\nweb/1/disk.part.1 10 " OTHER "\n");
    struct plan_request request = request_for(path);
    request.have = list;
    AUTO_UPLOAD_PLAN struct plan plan = make_plan(&request);
    assert_int_equal(plan.count, 2);
    assert_string_equal(plan.objects[0].key, "web/1/disk.part.1");
    assert_int_equal(plan.left_out.count, 1);
    assert_string_equal(plan.left_out.items[0], "web/1/disk.part.0");
    request.have = "/nowhere/list";
    assert_refused(&request, ERROR_INVALID, "/nowhere/list");
}

/* -- quoting -- */

/* What sh hands to printf for WORD, read back from it. */
static void run_word(const char *word, char *back, size_t room)
{
    AUTO_FREE char *script = xasprintf("printf '%%s' %s", word);
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(127);
    }
    close(pipe_ends[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(pipe_ends[0], back + length, room - 1 - length)) > 0)
        length += (size_t)got;
    back[length] = '\0';
    close(pipe_ends[0]);
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void assert_survives(const char *text)
{
    char back[256];
    AUTO_FREE char *word = shell_quote(text);
    run_word(word, back, sizeof(back));
    assert_string_equal(back, text);
}

static void quoted_words_reach_a_shell_unchanged(void **state)
{
    (void)state;
    static const char *const hard[] = { "",         "'",          "''",      "a'b",      "\\",
                                        "\\'",      "$HOME",      "$(id)",   "`id`",     "a b",
                                        "\n",       "a\nb\n\nx",  "*",       "~",        "!x",
                                        "\"",       "-n",         "%s",      "&;|<>",    "#",
                                        "\xc3\xa9", "\xff\x01\t", "'$(id)'", "it's 5 o'" };
    for (size_t i = 0; i < ARRAY_SIZE(hard); i++)
        assert_survives(hard[i]);
    srandom(7);
    for (size_t round = 0; round < 300; round++) {
        static const char often[] = "'\\\"$`!*? \n;&|(){}[]<>~#%=-";
        char text[41] = { 0 };
        size_t length = (size_t)random() % sizeof(text);
        for (size_t i = 0; i < length; i++)
            text[i] = random() % 2 ? often[(size_t)random() % (sizeof(often) - 1)]
                                   : (char)(1 + random() % 255);
        assert_survives(text);
    }
}

static void plain_words_stay_bare_in_commands(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list argv = { 0 };
    string_list_add(&argv, "aws");
    string_list_add(&argv, "--key=a/b.c");
    string_list_add(&argv, "a b");
    string_list_add(&argv, "");
    AUTO_FREE char *command = shell_command(&argv);
    assert_string_equal(command, "aws --key=a/b.c 'a b' ''");
}

/* -- steps -- */

static char *command_of(const char *step, const struct plan *plan)
{
    AUTO_STRINGS struct string_list argv = { 0 };
    plan_step_command(plan_step_find(step), plan, &argv);
    return shell_command(&argv);
}

static void assert_types(const struct plan *plan, const char *expected)
{
    AUTO_STRINGS struct string_list types = { 0 };
    plan_instance_types(plan, &types);
    AUTO_FREE char *names = types.count ? shell_command(&types) : xstrdup("");
    assert_string_equal(names, expected);
}

static void kernel_id_means_paravirtual(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest, "disk.part.0", "disk.part.1");
    AUTO_FREE char *path = write_manifest(&manifest);
    struct plan_request request = request_for(path);
    request.region = "eu-west-1";
    AUTO_UPLOAD_PLAN struct plan hvm = make_plan(&request);
    AUTO_FREE char *whole = command_of("register", &hvm);
    assert_string_equal(whole, "aws ec2 register-image --name=disk "
                               "--image-location=images/web/1/disk.manifest.xml "
                               "--virtualization-type=hvm --region=eu-west-1");
    assert_types(&hvm, "c3 d2 g2 i2 m3 r3 x1");

    manifest.kernel_id = xstrdup("aki-919dcaf8");
    manifest.ramdisk_id = xstrdup("ari-12345678");
    free(write_manifest(&manifest));
    AUTO_UPLOAD_PLAN struct plan paravirtual = make_plan(&request);
    AUTO_FREE char *kernel = command_of("register", &paravirtual);
    assert_non_null(strstr(kernel, "--virtualization-type=paravirtual --kernel-id=aki-919dcaf8 "
                                   "--ramdisk-id=ari-12345678"));
    assert_types(&paravirtual, "c1 c3 hs1 m1 m2 m3");
    free(manifest.architecture);
    manifest.architecture = xstrdup("i386");
    free(write_manifest(&manifest));
    AUTO_UPLOAD_PLAN struct plan narrow = make_plan(&request);
    assert_types(&narrow, "c1.medium m1.small m1.medium");
}

static void kernels_run_on_no_instance(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest, "disk.part.0", "disk.part.1");
    free(manifest.type);
    manifest.type = xstrdup("kernel");
    manifest.kernel_id = xstrdup("true");
    manifest.kernel_name = xstrdup("vmlinuz");
    AUTO_FREE char *path = write_manifest(&manifest);
    struct plan_request request = request_for(path);
    AUTO_UPLOAD_PLAN struct plan plan = make_plan(&request);
    AUTO_FREE char *command = command_of("register", &plan);
    assert_null(strstr(command, "virtualization"));
    assert_null(strstr(command, "kernel-id"));
    assert_types(&plan, "");
}

static void image_names_are_made_fit(void **state)
{
    (void)state;
    static const struct {
        const char *name, *registered;
    } cases[] = { { "disk", "disk" },
                  { "x", "x-image" },
                  { "a&b \xc3\xa9", "a-b --" },
                  { "it's (1).[2]@x_y", "it's (1).[2]@x_y" } };
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest, "disk.part.0", "disk.part.1");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        free(manifest.name);
        manifest.name = xstrdup(cases[i].name);
        AUTO_FREE char *path = write_manifest(&manifest);
        struct plan_request request = request_for(path);
        AUTO_UPLOAD_PLAN struct plan plan = make_plan(&request);
        assert_string_equal(plan.image_name, cases[i].registered);
    }
}

static void filters_take_the_location_literally(void **state)
{
    (void)state;
    AUTO_FREE char *path = sample();
    struct plan_request request = request_for(path);
    request.direction = PLAN_REMOVAL;
    request.bucket = "images/a*b\"c\\d?";
    AUTO_UPLOAD_PLAN struct plan plan = make_plan(&request);
    AUTO_FREE char *command = command_of("find", &plan);
    assert_non_null(strstr(command, "[{\"Name\":\"manifest-location\",\"Values\":["
                                    "\"images/a\\\\*b\\\"c\\\\\\\\d\\\\?/disk.manifest.xml\"]}]"));
}

static void create_bucket_is_a_step_only_when_asked_for(void **state)
{
    (void)state;
    AUTO_FREE char *path = sample();
    struct plan_request request = request_for(path);
    AUTO_UPLOAD_PLAN struct plan without = make_plan(&request);
    const struct plan_step *step = plan_step_find("create-bucket");
    assert_false(plan_step_applies(step, &without, PLAN_BEFORE));
    request.create_bucket = true;
    request.region = "us-east-1";
    AUTO_UPLOAD_PLAN struct plan with = make_plan(&request);
    assert_true(plan_step_applies(step, &with, PLAN_BEFORE));
    assert_false(plan_step_applies(step, &with, PLAN_AFTER));
    AUTO_FREE char *command = command_of("create-bucket", &with);
    assert_null(strstr(command, "LocationConstraint"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manifest_is_sent_last_and_removed_first),
        cmocka_unit_test(digests_are_those_of_the_files),
        cmocka_unit_test(wrong_and_missing_parts_are_a_mismatch),
        cmocka_unit_test(wrong_sum_is_a_mismatch),
        cmocka_unit_test(two_files_of_one_key_are_refused),
        cmocka_unit_test(buckets_and_prefixes_are_told_apart),
        cmocka_unit_test(impossible_targets_are_refused),
        cmocka_unit_test(lists_are_read_as_people_and_tools_write_them),
        cmocka_unit_test(what_is_there_is_left_out),
        cmocka_unit_test(quoted_words_reach_a_shell_unchanged),
        cmocka_unit_test(plain_words_stay_bare_in_commands),
        cmocka_unit_test(kernel_id_means_paravirtual),
        cmocka_unit_test(kernels_run_on_no_instance),
        cmocka_unit_test(image_names_are_made_fit),
        cmocka_unit_test(filters_take_the_location_literally),
        cmocka_unit_test(create_bucket_is_a_step_only_when_asked_for),
    };
    return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
