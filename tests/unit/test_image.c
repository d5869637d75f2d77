/* SPDX-License-Identifier: Apache-2.0 */
/* Opening images: what is recognized, what is refused and in which words. */
#include "forge/base/log.h"
#include "fsimage/overlay.h"
#include "tests/unit/images.h"
#include "tests/unit/scratch.h"

#include <signal.h>

static char *write_file(const char *name, const void *bytes, size_t count)
{
    char *path = path_join(dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_int_equal(write(fd, bytes, count), count);
    close(fd);
    return path;
}

static void assert_refused(const char *path, const struct image_options *options, const char *text)
{
    struct error *err = NULL;
    assert_null(image_open(path, options, &err));
    assert_error(err, ERROR_INVALID, text);
}

static void raw_and_qcow2_are_told_apart_by_the_magic(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *qcow2 = make_qcow2(dir, "misleading.raw", NULL);
    AUTO(image_close) struct image *first = image_open(raw, NULL, &err);
    assert_ok(first, err);
    assert_int_equal(first->format, IMAGE_RAW);
    assert_int_equal(first->virtual_size, IMAGE_SIZE);
    assert_in_range(first->allocated_size, 3 * MIB, 4 * MIB);
    AUTO(image_close) struct image *second = image_open(qcow2, NULL, &err);
    assert_ok(second, err);
    assert_int_equal(second->format, IMAGE_QCOW2);
    assert_int_equal(second->virtual_size, IMAGE_SIZE);
}

static void the_path_is_made_absolute(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *link = path_join(dir, "link");
    assert_int_equal(symlink("a.raw", link), 0);
    AUTO(image_close) struct image *image = image_open(link, NULL, &err);
    assert_ok(image, err);
    assert_true(ends_with(image->path, "/a.raw"));
    assert_int_equal(image->path[0], '/');
}

static void a_given_format_is_taken_at_its_word(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *qcow2 = make_qcow2(dir, "a.qcow2", NULL);
    struct image_options as_qcow2 = { .format = "qcow2" }, as_raw = { .format = "raw" };
    struct image_options as_vmdk = { .format = "vmdk" };
    assert_refused(raw, &as_qcow2, "not a qcow2 image");
    AUTO(image_close) struct image *image = image_open(qcow2, &as_raw, &err);
    assert_ok(image, err);
    assert_int_equal(image->format, IMAGE_RAW);
    assert_null(image_open(raw, &as_vmdk, &err));
    assert_error(err, ERROR_USAGE, "\"vmdk\" is not known");
}

static void what_is_no_image_is_refused(void **state)
{
    (void)state;
    AUTO_FREE char *missing = path_join(dir, "missing");
    AUTO_FREE char *empty = write_file("empty", "", 0);
    AUTO_FREE char *fifo = path_join(dir, "fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_refused(missing, NULL, "No such file or directory");
    assert_refused(dir, NULL, "is a directory");
    assert_refused(empty, NULL, "the image is empty");
    assert_refused(fifo, NULL, "neither a file nor a block device");
    assert_refused("/dev/null", NULL, "neither a file nor a block device");
}

static void an_unreadable_image_is_refused(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* root reads everything */
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    chmod(raw, 0);
    assert_refused(raw, NULL, "Permission denied");
}

static void other_formats_are_not_taken_for_raw(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *gzip = write_file("a.gz", "\x1f\x8b\x08 and so on", 14);
    AUTO_FREE char *vmdk = write_file("a.vmdk", "KDMV and so on", 14);
    struct image_options as_raw = { .format = "raw" };
    assert_refused(gzip, NULL, "looks like gzip");
    assert_refused(vmdk, NULL, "looks like VMDK");
    AUTO(image_close) struct image *image = image_open(gzip, &as_raw, &err);
    assert_ok(image, err);
}

static void encrypted_images_are_refused(void **state)
{
    (void)state;
    AUTO_FREE char *luks = write_file("luks", "LUKS\xba\xbe\0\2 and so on", 18);
    AUTO_FREE char *qcow2 = path_join(dir, "luks.qcow2");
    const char *const argv[] = { "qemu-img",
                                 "create",
                                 "-q",
                                 "-f",
                                 "qcow2",
                                 "--object",
                                 "secret,id=s,data=x",
                                 "-o",
                                 "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
                                 qcow2,
                                 "1M",
                                 NULL };
    int status = 1;
    /* It times its key derivation, and gives up now and then on a busy machine. */
    for (int attempt = 0; status && attempt < 20; attempt++)
        assert_int_equal(process_run(argv, ERROR_FAILED, NULL, &status, NULL), 0);
    assert_int_equal(status, 0);
    assert_refused(luks, NULL, "encrypted with LUKS");
    assert_refused(qcow2, NULL, "encrypted");
}

static void a_backing_file_needs_permission(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *base = make_raw(dir, "base.raw");
    AUTO_FREE char *top = path_join(dir, "top.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", top);
    struct image_options allow = { .allow_backing = true };
    assert_refused(top, NULL, "has the backing file \"base.raw\"");
    AUTO(image_close) struct image *image = image_open(top, &allow, &err);
    assert_ok(image, err);
    assert_int_equal(image->virtual_size, IMAGE_SIZE);
    assert_in_range(image->allocated_size, 3 * MIB, 5 * MIB);
    unlink(base);
    assert_refused(top, &allow, "No such file or directory");
}

/* Turn the extension that holds the format into an unknown one, which readers skip. */
static void forget_backing_format(const char *path)
{
    static const unsigned char extension[] = { 0xe2, 0x79, 0x2a, 0xca };
    char head[4096];
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
    char *found = memmem(head, sizeof(head), extension, sizeof(extension));
    assert_non_null(found);
    assert_int_equal(pwrite(fd, "none", 4, found - head), 4);
    close(fd);
}

static void every_layer_records_a_format(void **state)
{
    (void)state;
    AUTO_FREE char *base = make_raw(dir, "base.raw");
    AUTO_FREE char *middle = path_join(dir, "middle.qcow2");
    AUTO_FREE char *top = path_join(dir, "top.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", middle);
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", middle, "-F", "qcow2", top);
    forget_backing_format(middle);
    struct image_options allow = { .allow_backing = true };
    assert_refused(top, &allow, "is not recorded");
}

static void a_backing_file_that_is_no_file_is_refused(void **state)
{
    (void)state;
    AUTO_FREE char *top = path_join(dir, "top.qcow2");
    run("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", "nbd://host/x", "-F", "raw", top,
        "1M");
    struct image_options allow = { .allow_backing = true };
    assert_refused(top, &allow, "not a plain file name");
}

static void layers_that_go_in_a_circle_are_refused(void **state)
{
    (void)state;
    AUTO_FREE char *top = path_join(dir, "top.qcow2");
    AUTO_FREE char *other = path_join(dir, "other.qcow2");
    run("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", other, "-F", "qcow2", top, "1M");
    run("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", top, "-F", "qcow2", other, "1M");
    struct image_options allow = { .allow_backing = true };
    assert_refused(top, &allow, "more than 16 layers");
}

static void an_external_data_file_needs_permission(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *data = path_join(dir, "data.raw");
    AUTO_FREE char *option = xasprintf("data_file=%s", data);
    AUTO_FREE char *top = path_join(dir, "top.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", "-o", option, top, "8M");
    run("qemu-io", "-f", "qcow2", "-c", "write -q 1M 1M", top);
    struct image_options allow = { .allow_backing = true };
    assert_refused(top, NULL, "keeps its data in another file");
    AUTO(image_close) struct image *image = image_open(top, &allow, &err);
    assert_ok(image, err);
}

static void an_image_that_another_program_writes_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *qcow2 = make_qcow2(dir, "a.qcow2", NULL);
    AUTO_FREE char *socket = path_join(dir, "socket");
    const char *cases[][2] = { { "raw", raw }, { "qcow2", qcow2 } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *const argv[] = { "qemu-nbd", "-t",   "-f",        cases[i][0],
                                     "-k",       socket, cases[i][1], NULL };
        pid_t server = process_start(argv, NULL, 0, 2, &err);
        assert_true(server > 0);
        for (int tries = 0; tries < 100 && access(socket, F_OK); tries++)
            usleep(50000);
        assert_refused(cases[i][1], NULL, "in use by another program");
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
        unlink(socket);
        AUTO(image_close) struct image *image = image_open(cases[i][1], NULL, &err);
        assert_ok(image, err);
    }
}

static void internal_snapshots_do_not_hinder(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *qcow2 = make_qcow2(dir, "a.qcow2", NULL);
    run("qemu-img", "snapshot", "-c", "first", qcow2);
    log_set_level(LOG_QUIET);
    AUTO(image_close) struct image *image = image_open(qcow2, NULL, &err);
    log_set_level(LOG_INFO);
    assert_ok(image, err);
}

static void a_change_during_the_run_is_noticed(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO(image_close) struct image *image = image_open(raw, NULL, &err);
    assert_ok(image, err);
    assert_ok(image_check_unchanged(image, &err) == 0, err);
    assert_int_equal(truncate(raw, IMAGE_SIZE + 512), 0);
    assert_int_equal(image_check_unchanged(image, &err), -1);
    assert_error(err, ERROR_FAILED, "changed while it was being read");
}

/* Names that qemu's option and protocol syntaxes would take apart. */
static void an_overlay_works_under_any_name(void **state)
{
    (void)state;
    static const char *const names[] = { "plain",    "a,b=c",    "nbd:host",    "json:{}",
                                         "with spc", "q\"uo'te", "back\\slash", "100%s" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct error *err = NULL;
        AUTO_FREE char *inner = path_join(dir, names[i]);
        assert_int_equal(mkdir(inner, 0700), 0);
        AUTO_FREE char *raw = make_raw(inner, names[i]);
        struct stat before, after;
        assert_int_equal(stat(raw, &before), 0);
        AUTO(image_close) struct image *base = image_open(raw, NULL, &err);
        assert_ok(base, err);
        AUTO(overlay_close) struct overlay *overlay = overlay_create(base, inner, &err);
        assert_ok(overlay, err);
        const struct image *image = overlay_image(overlay);
        assert_int_equal(image->format, IMAGE_QCOW2);
        AUTO(device_close) struct device *device = image_device(image, &err);
        assert_ok(device, err);
        assert_pattern(device);
        assert_int_equal(stat(raw, &after), 0);
        assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
    }
}

static void an_odd_tail_is_padded_in_the_overlay(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *raw = write_file("odd", "seven..", 7);
    AUTO(image_close) struct image *base = image_open(raw, NULL, &err);
    assert_ok(base, err);
    AUTO(overlay_close) struct overlay *overlay = overlay_create(base, dir, &err);
    assert_ok(overlay, err);
    AUTO(device_close) struct device *device = image_device(overlay_image(overlay), &err);
    assert_ok(device, err);
    assert_int_equal(overlay_image(overlay)->virtual_size, 512);
    assert_int_equal(device->size, 512);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(raw_and_qcow2_are_told_apart_by_the_magic),
        TEST(the_path_is_made_absolute),
        TEST(a_given_format_is_taken_at_its_word),
        TEST(what_is_no_image_is_refused),
        TEST(an_unreadable_image_is_refused),
        TEST(other_formats_are_not_taken_for_raw),
        TEST(encrypted_images_are_refused),
        TEST(a_backing_file_needs_permission),
        TEST(every_layer_records_a_format),
        TEST(a_backing_file_that_is_no_file_is_refused),
        TEST(layers_that_go_in_a_circle_are_refused),
        TEST(an_external_data_file_needs_permission),
        TEST(an_image_that_another_program_writes_is_refused),
        TEST(internal_snapshots_do_not_hinder),
        TEST(a_change_during_the_run_is_noticed),
        TEST(an_overlay_works_under_any_name),
        TEST(an_odd_tail_is_padded_in_the_overlay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
