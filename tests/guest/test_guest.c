/* SPDX-License-Identifier: Apache-2.0 */
/* The guest session: what it finds, runs, cleans up behind itself, and refuses. */
#include "forge/base/log.h"
#include "fsimage/boot_loader.h"
#include "fsimage/files.h"
#include "tests/guest/session.h"
#include "tests/unit/images.h"

#define CA_TEXT "-----BEGIN CERTIFICATE-----\nours\n-----END CERTIFICATE-----\n"

static char *fixture(const char *name)
{
    return path_join(getenv("FORGE_FIXTURES"), name);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *read_text(const char *path)
{
    char *text = xcalloc(1 << 16, 1);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 16) - 1, file) < 1 << 16);
    fclose(file);
    return text;
}

static char *shell(const char *script, struct error **err)
{
    const char *const argv[] = { "/bin/sh", "-c", script, NULL };
    char *output = NULL;
    return guest_run(guest, argv, &output, err) ? NULL : output;
}

/* One launch for all, under a name that qemu and libguestfs would rather not see. */
static int open_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *disk = fixture("debian.raw");
    dir = make_scratch();
    AUTO_FREE char *inner = path_join(dir, "a:b,c d");
    AUTO_FREE char *copy = path_join(inner, "disk:1,2.raw");
    AUTO_FREE char *certificate = path_join(dir, "ca.pem");
    mkdir(inner, 0700);
    run("cp", disk, copy);
    write_text(certificate, CA_TEXT);
    setenv("http_proxy", "http://user:secret@127.0.0.1:3128/", 1);
    setenv("no_proxy", "localhost,.internal", 1);
    struct guest_options options = { .network = true, .ca_certificate = certificate };
    if (open_overlay(copy, inner, &err))
        return no_session(err);
    guest = guest_open(overlay_image(overlay), GUEST_READ_WRITE, &options, NULL, &err);
    return guest ? 0 : no_session(err);
}

static void the_facts_are_found(void **state)
{
    (void)state;
    const struct guest_facts *facts = guest_facts(guest);
    assert_string_equal(facts->type, "linux");
    assert_string_equal(facts->distro, "debian");
    assert_string_equal(facts->arch, "x86_64");
    assert_string_equal(facts->package_management, "apt");
    assert_string_equal(facts->package_format, "deb");
    assert_int_equal(facts->major, 12);
    assert_non_null(facts->hostname);
}

static void a_command_gives_its_output(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *output = shell("echo \"$0 it's\" \"'\"; echo aside >&2", &err);
    assert_ok(output, err);
    assert_string_equal(output, "/bin/sh it's '\n");
}

static void a_failing_command_shows_what_it_printed(void **state)
{
    (void)state;
    struct error *err = NULL;
    const char *const argv[] = { "/bin/sh", "-c", "echo first; echo second >&2; exit 3", NULL };
    assert_int_equal(guest_run(guest, argv, NULL, &err), -1);
    assert_non_null(strstr(err->message, "first\nsecond"));
    assert_error(err, ERROR_GUEST, "/bin/sh failed in the guest with exit status 3:\n");
    const char *const silent[] = { "/bin/sh", "-c", "kill -9 $$", NULL };
    assert_int_equal(guest_run(guest, silent, NULL, &err), -1);
    assert_error(err, ERROR_GUEST, "/bin/sh failed in the guest with exit status 137");
    assert_null(shell("exit 4", &err));
    assert_error(err, ERROR_GUEST, "with exit status 4, and printed nothing");
}

static void a_missing_command_says_so(void **state)
{
    (void)state;
    struct error *err = NULL;
    const char *const argv[] = { "/no/such/program", NULL };
    assert_int_equal(guest_run(guest, argv, NULL, &err), -1);
    assert_error(err, ERROR_GUEST, "/no/such/program");
}

/* The end of it, no control characters, and never more than a screen or two. */
static void hostile_output_is_tamed(void **state)
{
    (void)state;
    struct error *err = NULL;
    const char *const argv[] = { "/bin/sh", "-c",
                                 "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; "
                                 "printf '\\033]0;title\\007\\033[2J the end\\n'; exit 1",
                                 NULL };
    assert_int_equal(guest_run(guest, argv, NULL, &err), -1);
    assert_null(strchr(err->message, '\033'));
    assert_null(strchr(err->message, '\a'));
    assert_true(strlen(err->message) < 3000);
    assert_error(err, ERROR_GUEST, "the end");
}

/* A command that puts something else where its output goes cannot make us wait or read astray. */
static void a_log_that_is_replaced_is_not_read(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "for f in /tmp/.forge-*/log; do rm -f $f; mkfifo $f; done; exit 1",
        "for f in /tmp/.forge-*/log; do rm -f $f; ln -s /etc/shadow $f; done; exit 1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
        struct error *err = NULL;
        const char *const argv[] = { "/bin/sh", "-c", scripts[i], NULL };
        assert_int_equal(guest_run(guest, argv, NULL, &err), -1);
        assert_null(strstr(err->message, "root:"));
        assert_error(err, ERROR_GUEST, "failed in the guest");
    }
}

static void commands_have_their_environment(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *environment = shell("env", &err);
    assert_ok(environment, err);
    static const char *const wanted[] = {
        "\nLANG=C.UTF-8\n",
        "\nDEBIAN_FRONTEND=noninteractive\n",
        "\nHOME=/root\n",
        "\nhttp_proxy=http://user:secret@169.254.2.2:3128/\n",
        "\nno_proxy=localhost,.internal\n",
        "/ca.pem\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        if (!strstr(environment, wanted[i]))
            fail_msg("%s is missing in %s", wanted[i], environment);
    }
}

static void an_extra_certificate_is_there_for_the_run(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *trusted = shell("cat \"$SSL_CERT_FILE\"", &err);
    assert_ok(trusted, err);
    assert_non_null(strstr(trusted, CA_TEXT));
}

static void the_resolver_is_put_back(void **state)
{
    (void)state;
    struct error *err = NULL;
    guestfs_h *g = guest_handle(guest);
    assert_int_equal(guestfs_write(g, "/etc/resolv.conf", "nameserver 192.0.2.1\n", 21), 0);
    AUTO_FREE char *during = shell("cat /etc/resolv.conf", &err);
    assert_ok(during, err);
    assert_null(strstr(during, "192.0.2.1"));
    size_t size;
    AUTO_FREE char *after = guestfs_read_file(g, "/etc/resolv.conf", &size);
    assert_string_equal(after, "nameserver 192.0.2.1\n");
}

static void an_error_of_libguestfs_has_our_words_in_front(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_null(guestfs_cat(guest_handle(guest), "/missing"));
    assert_int_equal(guest_error(guest, &err, "reading %s", "it"), -1);
    assert_true(starts_with(err->message, "reading it: "));
    assert_error(err, ERROR_GUEST, "No such file or directory");
}

/* -- Files -- */

static int note_file(void *opaque, const struct guest_file *file, struct error **err)
{
    (void)err;
    string_list_take(opaque,
                     xasprintf("%s %o %lld%s%s", file->path, file->mode, (long long)file->size,
                               file->target ? " -> " : "", file->target ? file->target : ""));
    return 0;
}

static void make_tree(void)
{
    struct error *err = NULL;
    AUTO_FREE char *made =
        shell("mkdir -p /tree/sub && cd /tree && printf hello > file &&"
              "chmod 4755 file && ln -s ../etc/passwd link && ln file sub/hard &&"
              "mkfifo pipe && printf '' > sub/empty && ln -s sub way",
              &err);
    assert_ok(made, err);
}

static void files_are_listed(void **state)
{
    (void)state;
    struct error *err = NULL;
    make_tree();
    AUTO_STRINGS struct string_list names = { 0 };
    assert_ok(files_list(guest, "/tree", true, note_file, &names, &err) == 0, err);
    static const char *const wanted[] = { "/tree/file 104755 5",
                                          "/tree/link 120777 13 -> ../etc/passwd",
                                          "/tree/pipe 10644 0", "/tree/sub/empty 100644 0" };
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        if (!string_list_contains(&names, wanted[i]))
            fail_msg("%s is not listed", wanted[i]);
    }
    assert_int_equal(names.count, 7);
    string_list_clear(&names);
    assert_ok(files_list(guest, "/tree/link", false, note_file, &names, &err) == 0, err);
    assert_int_equal(names.count, 1);
    assert_int_equal(files_list(guest, "/nowhere", false, note_file, &names, &err), -1);
    assert_error(err, ERROR_INVALID, "/nowhere");
    assert_int_equal(files_list(guest, "tree", false, note_file, &names, &err), -1);
    assert_error(err, ERROR_USAGE, "begins with");
}

static void a_file_is_shown(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *path = path_join(dir, "shown");
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_ok(files_cat(guest, "/tree/file", fd, &err) == 0, err);
    assert_ok(files_cat(guest, "/tree/file", fd, &err) == 0, err);
    close(fd);
    AUTO_FREE char *text = read_text(path);
    assert_string_equal(text, "hellohello");
    static const char *const not_files[] = { "/tree", "/tree/pipe", "/tree/nothing" };
    for (size_t i = 0; i < ARRAY_SIZE(not_files); i++) {
        assert_int_equal(files_cat(guest, not_files[i], 1, &err), -1);
        assert_error(err, ERROR_INVALID, not_files[i]);
    }
}

static void a_tree_is_copied_out_safely(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct stat status;
    log_set_level(LOG_QUIET);
    assert_ok(files_copy_out(guest, "/tree/", dir, &err) == 0, err);
    log_set_level(LOG_INFO);
    AUTO_FREE char *file = path_join(dir, "tree/file");
    AUTO_FREE char *hard = path_join(dir, "tree/sub/hard");
    AUTO_FREE char *pipe = path_join(dir, "tree/pipe");
    AUTO_FREE char *link = path_join(dir, "tree/link");
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0755);
    assert_int_equal(status.st_nlink, 2);
    assert_int_equal(status.st_uid, geteuid());
    AUTO_FREE char *text = read_text(hard);
    assert_string_equal(text, "hello");
    assert_int_equal(lstat(pipe, &status), -1);
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(files_copy_out(guest, "/tree", dir, &err), -1);
    assert_error(err, ERROR_FAILED, "exists already");
}

static void a_single_file_is_copied_out(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct stat status;
    assert_ok(files_copy_out(guest, "/tree/file", dir, &err) == 0, err);
    AUTO_FREE char *file = path_join(dir, "file");
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0755);
    assert_int_equal(files_copy_out(guest, "/tree/none", dir, &err), -1);
    assert_error(err, ERROR_INVALID, "no such file");
    AUTO_FREE char *none = path_join(dir, "none");
    assert_int_equal(access(none, F_OK), -1);
}

/* After SCRIPT the guest has not all that boot loaders for both firmwares take. */
static void assert_no_loader(const char *script, const char *sentence)
{
    struct error *err = NULL;
    struct boot_loader loader = { 0 };
    AUTO_FREE char *output = shell(script, &err);
    assert_ok(output, err);
    assert_int_equal(boot_loader_make(guest, "5ca1-ab1e", true, "/nonexistent", &loader, &err), -1);
    assert_error(err, ERROR_GUEST, sentence);
    boot_loader_clear(&loader);
}

/* A grub-mkimage that writes down how it was called, and its script. */
static void boot_loaders_are_made_by_the_guests_grub(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct boot_loader loader = { 0 };
    assert_no_loader("mkdir -p /usr/bin /boot/grub2 && >/boot/grub2/grub.cfg && printf '%s\\n' "
                     "'#!/bin/sh' 'echo \"$@\" >$8' 'cat $6 >>$8' "
                     ">/usr/bin/grub2-mkimage && chmod 755 /usr/bin/grub2-mkimage",
                     "the guest has no /usr/lib/grub/i386-pc: install grub-pc-bin");
    assert_no_loader("mkdir -p /usr/lib/grub/i386-pc && cd /usr/lib/grub/i386-pc && >boot.img && "
                     ">blscfg.mod",
                     "the guest has no /usr/lib/grub/x86_64-efi: install grub-efi-amd64-bin "
                     "(grub2-efi-x64-modules) there, or leave out --efi");
    AUTO_FREE char *output = shell("mkdir /usr/lib/grub/x86_64-efi", &err);
    assert_ok(output, err);
    assert_ok(boot_loader_make(guest, "5ca1-ab1e", true, "/nonexistent", &loader, &err) == 0, err);
    static const char script[] = "search.fs_uuid 5ca1-ab1e root\nset prefix=($root)/boot/grub2\n";
    const char *const images[] = { loader.core, loader.efi };
    for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
        assert_true(starts_with(images[i], i ? "-O x86_64-efi -p /boot/grub -c "
                                             : "-O i386-pc -p /boot/grub -c "));
        assert_non_null(strstr(images[i], i ? " efifwsetup\n" : " biosdisk blscfg\n"));
        assert_true(ends_with(images[i], script));
    }
    assert_int_equal(loader.efi_size, strlen(loader.efi));
    boot_loader_clear(&loader);
    assert_ok(boot_loader_make(guest, "5ca1-ab1e", false, "/nonexistent", &loader, &err) == 0, err);
    assert_null(loader.efi);
    boot_loader_clear(&loader);
}

/* Last: the session ends here, and what commands needed is gone from the image. */
static void a_session_leaves_only_what_was_done(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct stat before, after;
    AUTO_FREE char *disk = fixture("debian.raw");
    assert_int_equal(stat(base->path, &before), 0);
    assert_ok(guest_shutdown(guest, &err) == 0, err);
    guest_close(guest);
    struct guest_options options = { 0 };
    guest = guest_open(overlay_image(overlay), GUEST_READ_ONLY, &options, NULL, &err);
    assert_ok(guest, err);
    AUTO_STRINGS struct string_list names = { 0 };
    assert_ok(files_list(guest, "/tmp", true, note_file, &names, &err) == 0, err);
    assert_int_equal(names.count, 0);
    assert_int_equal(guestfs_exists(guest_handle(guest), "/tree/file"), 1);
    assert_int_not_equal(guestfs_touch(guest_handle(guest), "/tree/new"), 0);
    run("cmp", disk, base->path);
    assert_int_equal(stat(base->path, &after), 0);
    assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
}

static void assert_refused(const char *path, const char *text)
{
    struct error *err = NULL;
    AUTO(image_close) struct image *image = image_open(path, NULL, &err);
    assert_ok(image, err);
    assert_null(guest_open(image, GUEST_READ_ONLY, NULL, NULL, &err));
    assert_error(err, ERROR_INVALID, text);
}

static void a_windows_guest_is_refused(void **state)
{
    (void)state;
    AUTO_FREE char *disk = fixture("windows.raw");
    assert_refused(disk, "only Linux is supported");
}

static void a_disk_without_a_system_is_refused(void **state)
{
    (void)state;
    AUTO_FREE char *disk = make_raw(dir, "nothing.raw");
    assert_refused(disk, "no operating system found");
}

/* What the guest sees begins as a qcow2 header that names a file of the host: just bytes. */
static void the_guests_bytes_are_never_probed(void **state)
{
    (void)state;
    AUTO_FREE char *disk = fixture("debian.raw");
    AUTO_FREE char *real = realpath(disk, NULL);
    AUTO_FREE char *inner = path_join(dir, "inner.qcow2");
    AUTO_FREE char *outer = path_join(dir, "outer.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", real, "-F", "raw", inner);
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", inner, outer);
    assert_refused(outer, "no operating system found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_facts_are_found),
        cmocka_unit_test(a_command_gives_its_output),
        cmocka_unit_test(a_failing_command_shows_what_it_printed),
        cmocka_unit_test(a_missing_command_says_so),
        cmocka_unit_test(hostile_output_is_tamed),
        cmocka_unit_test(a_log_that_is_replaced_is_not_read),
        cmocka_unit_test(commands_have_their_environment),
        cmocka_unit_test(an_extra_certificate_is_there_for_the_run),
        cmocka_unit_test(the_resolver_is_put_back),
        cmocka_unit_test(an_error_of_libguestfs_has_our_words_in_front),
        cmocka_unit_test(files_are_listed),
        cmocka_unit_test(a_file_is_shown),
        cmocka_unit_test(a_tree_is_copied_out_safely),
        cmocka_unit_test(a_single_file_is_copied_out),
        cmocka_unit_test(boot_loaders_are_made_by_the_guests_grub),
        cmocka_unit_test(a_session_leaves_only_what_was_done),
        cmocka_unit_test(a_windows_guest_is_refused),
        cmocka_unit_test(a_disk_without_a_system_is_refused),
        cmocka_unit_test(the_guests_bytes_are_never_probed),
    };
    return cmocka_run_group_tests(tests, open_session, close_session);
}
