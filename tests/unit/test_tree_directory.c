/* SPDX-License-Identifier: Apache-2.0 */
/* A local directory as a tree: as mke2fs -d takes it, and into a file system. */
#include "fsimage/tree/tree_filter.h"
#include "tests/unit/ext_images.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

static char *dir, *folder;

static int set_up(void **state)
{
    (void)state;
    setenv("E2FSPROGS_FAKE_TIME", "1600000000", 1);
    dir = make_scratch();
    folder = path_join(dir, "folder");
    AUTO_FREE char *script = xasprintf(
        "set -e; umask 022; mkdir -p '%s/b/empty'; cd '%s'; echo dot > .hidden; "
        "seq 300000 > numbers; ln numbers b/hard; ln -s b/hard link; ln -s /%0150d long-link; "
        "mkfifo fifo; truncate -s 8M sparse; "
        "printf x | dd of=sparse bs=1 seek=8388607 conv=notrunc status=none; "
        "printf y | dd of=sparse bs=1 seek=3000000 conv=notrunc status=none; "
        "touch b.c \"$(printf 'latin-\\344')\"; chmod 4711 b.c; chmod 1777 b/empty",
        folder, folder, 7);
    run("sh", "-c", script);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    AUTO_FREE char *times = xasprintf("find '%s' -exec touch -h -d @1600000000 {} +", folder);
    run("sh", "-c", times);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(folder);
    remove_scratch(dir);
    return 0;
}

static struct tree *open_folder(void)
{
    struct error *err = NULL;
    struct tree *tree = tree_open_directory(folder, &err);
    assert_ok(tree, err);
    return tree;
}

static void a_directory_is_read_as_mke2fs_reads_it(void **state)
{
    (void)state;
    AUTO_FREE char *path = path_join(dir, "mke2fs.raw");
    run("mke2fs", "-q", "-F", "-t", "ext4", "-d", folder, path, "32M");
    /* mke2fs gives the root a time and an owner of its own, so these are passed over. */
    AUTO_FREE char *wanted = list_ext(path, LIST_MTIME_ONLY | LIST_NO_HOLES);
    AUTO_FREE char *got = tree_listing(open_folder(), LIST_MTIME_ONLY | LIST_NO_HOLES);
    assert_same_listing(strchr(wanted, '\n'), strchr(got, '\n'));
}

static void a_directory_becomes_a_file_system(void **state)
{
    (void)state;
    AUTO_FREE char *numbers = path_join(folder, "numbers");
    bool attributes = setxattr(numbers, "user.key", "value", 5, 0) == 0;
    struct timespec times[2] = { { 5, 6 }, { 7000000000, 8 } };
    assert_int_equal(utimensat(AT_FDCWD, numbers, times, 0), 0);
    struct ext_options options = some_options(EXT_4);
    AUTO_FREE char *path = write_ext(dir, "new.raw", open_folder(), open_folder(), &options);
    assert_clean(path);
    AUTO_FREE char *wanted = tree_listing(open_folder(), LIST_MTIME_ONLY);
    AUTO_FREE char *got = list_ext(path, LIST_MTIME_ONLY);
    assert_same_listing(wanted, got);
    assert_non_null(strstr(got, " 7000000000.8 x2"));
    assert_true(!attributes || strstr(got, " user.key=76616c7565"));
    assert_says(path, "stat /socket", "Type: socket");
}

static void what_is_left_out_is_not_looked_at(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct tree *tree = open_folder();
    struct tree_filter *filter = tree_filter_new();
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "/b/hard", &err) == 0, err);
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "empty/", &err) == 0, err);
    tree_set_filter(tree, filter, NULL, NULL);
    AUTO_FREE char *got = tree_listing(tree, LIST_MTIME_ONLY | LIST_NO_DATA);
    assert_null(strstr(got, "\nb/hard"));
    assert_null(strstr(got, "\nb/empty"));
    assert_non_null(strstr(got, "\nnumbers 100644"));
    assert_non_null(strstr(got, "\nb.c 104711"));
}

/* fts(3) has asked for the sizes of all files in a directory when it gives the first of them. */
static void a_file_that_grows_is_read_as_it_is(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct archive_entry *entry;
    AUTO_FREE char *longer = xasprintf("echo more >> '%s/b.c'", folder);
    AUTO(tree_close) struct tree *tree = open_folder();
    for (int i = 0; i < 2; i++)
        assert_int_equal(tree_next(tree, &entry, &err), 1);
    run("sh", "-c", longer);
    while (strcmp(archive_entry_pathname(entry), "b.c") != 0)
        assert_int_equal(tree_next(tree, &entry, &err), 1);
    assert_int_equal(archive_entry_size(entry), 5);
    AUTO_FREE char *content = list_content(tree, 5);
    assert_non_null(content);
}

static void what_is_no_directory_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *file = path_join(folder, "numbers"), *none = path_join(folder, "none");
    assert_null(tree_open_directory(file, &err));
    assert_error(err, ERROR_USAGE, "is not a directory");
    assert_null(tree_open_directory(none, &err));
    assert_error(err, ERROR_USAGE, "No such file");
}

int main(void)
{
    require_e2fsprogs();
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_directory_is_read_as_mke2fs_reads_it), TEST(a_directory_becomes_a_file_system),
        TEST(what_is_left_out_is_not_looked_at),      TEST(a_file_that_grows_is_read_as_it_is),
        TEST(what_is_no_directory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
