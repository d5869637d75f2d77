/* SPDX-License-Identifier: Apache-2.0 */
/* Tar archives as trees: in any order, compressed or not, and what is refused. */
#include "fsimage/tree/tree_filter.h"
#include "tests/unit/ext_images.h"
#include "tests/unit/sample_tree.h"

#include <archive.h>

static char *dir, *path;

static int set_up(void **state)
{
    (void)state;
    dir = make_scratch();
    path = path_join(dir, "a.tar");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(path);
    remove_scratch(dir);
    return 0;
}

static struct archive *create(const char *filter)
{
    struct archive *archive = archive_write_new();
    assert_int_equal(archive_write_set_format_pax(archive), ARCHIVE_OK);
    if (filter)
        assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    return archive;
}

static void finish(struct archive *archive)
{
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
}

/* A sample's data as archive_write_data() wants them: holes as zeros. */
static void add_data(struct archive *archive, struct tree *tree, int64_t size)
{
    static const char zeros[65536];
    struct error *err = NULL;
    const void *bytes;
    size_t count;
    int64_t offset, at = 0;
    while (tree_read(tree, &bytes, &count, &offset, &err) > 0) {
        while (at < offset) {
            int64_t some = offset - at < (int64_t)sizeof(zeros) ? offset - at
                                                                : (int64_t)sizeof(zeros);
            assert_int_equal(archive_write_data(archive, zeros, (size_t)some), some);
            at += some;
        }
        assert_int_equal(archive_write_data(archive, bytes, count), count);
        at = offset + (int64_t)count;
    }
    assert_true(at <= size);
}

/* All sample files that fit into a tar and into a test: no sockets, no 5 GiB, nor a file that is
 * all hole, which libarchive 3.6 reads but writes wrongly. */
static bool is_archived(const struct sample_file *file)
{
    return !S_ISSOCK(file->mode) && file->size < GIB(1) && strcmp(file->path, "hole") != 0;
}

static void add_sample(struct archive *archive, const struct sample_file *file)
{
    struct error *err = NULL;
    struct archive_entry *entry;
    AUTO(tree_close) struct tree *tree = sample_open(file, 1);
    assert_true(tree_next(tree, &entry, &err) > 0);
    archive_entry_set_nlink(entry, 1);
    assert_true(archive_write_header(archive, entry) >= ARCHIVE_WARN);
    add_data(archive, tree, file->size);
}

static struct tree *open_archive(void)
{
    struct error *err = NULL;
    struct tree *tree = tree_open_archive(path, &err);
    assert_ok(tree, err);
    return tree;
}

/* What the sample's listing is without what was not archived; owned. */
static char *wanted_listing(void)
{
    struct sample_file files[ARRAY_SIZE(sample_files)];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(sample_files); i++) {
        if (is_archived(&sample_files[i]))
            files[count++] = sample_files[i];
    }
    return tree_listing(sample_open(files, count), 0);
}

static void assert_round_trip(void)
{
    AUTO_FREE char *wanted = wanted_listing(), *got = tree_listing(open_archive(), 0);
    assert_same_listing(wanted, got);
    struct ext_options options = some_options(EXT_4);
    AUTO_FREE char *image = write_ext(dir, "new.raw", open_archive(), open_archive(), &options);
    assert_clean(image);
    AUTO_FREE char *read = list_ext(image, 0);
    assert_same_listing(wanted, read);
    unlink(image);
}

static void a_sorted_archive_is_read_as_it_is(void **state)
{
    (void)state;
    struct archive *archive = create("gzip");
    for (size_t i = 0; i < ARRAY_SIZE(sample_files); i++) {
        if (is_archived(&sample_files[i]))
            add_sample(archive, &sample_files[i]);
    }
    finish(archive);
    assert_round_trip();
}

static void an_archive_in_any_order_is_sorted(void **state)
{
    (void)state;
    struct archive *archive = create(NULL);
    for (int links = 0; links < 2; links++) {
        for (size_t i = ARRAY_SIZE(sample_files); i-- > 0;) {
            bool link = !sample_files[i].mode;
            if (link == links && is_archived(&sample_files[i]))
                add_sample(archive, &sample_files[i]);
        }
    }
    finish(archive);
    assert_round_trip();
}

static struct sample_file file_of(const char *name, int64_t size)
{
    return (struct sample_file){ .path = name, .mode = S_IFREG | 0644, .size = size };
}

static void the_first_name_of_a_file_gets_its_data(void **state)
{
    (void)state;
    struct sample_file data = file_of("z", 5), link = { .path = "./a", .target = "/z" };
    struct archive *archive = create(NULL);
    add_sample(archive, &data);
    add_sample(archive, &link);
    finish(archive);
    AUTO_FREE char *listing = tree_listing(open_archive(), LIST_MTIME_ONLY | LIST_NO_DATA);
    assert_string_equal(listing, ". 40755 0:0 0.0\na 100644 0:0 0.0 x2 5 \nz = a\n");
    struct error *err = NULL;
    struct tree *tree = open_archive();
    struct tree_filter *filter = tree_filter_new();
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "a", &err) == 0, err);
    tree_set_filter(tree, filter, NULL, NULL);
    AUTO_FREE char *rest = tree_listing(tree, LIST_MTIME_ONLY | LIST_NO_DATA);
    assert_string_equal(rest, ". 40755 0:0 0.0\nz 100644 0:0 0.0 x1 5 \n");
}

static void directories_that_are_only_implied_are_made(void **state)
{
    (void)state;
    struct sample_file one = file_of("/a/b/c", 1), two = file_of("a/b-", 1);
    struct archive *archive = create(NULL);
    add_sample(archive, &one);
    add_sample(archive, &two);
    finish(archive);
    AUTO_FREE char *listing = tree_listing(open_archive(), LIST_MTIME_ONLY | LIST_NO_DATA);
    assert_string_equal(listing, ". 40755 0:0 0.0\na 40755 0:0 0.0\na/b 40755 0:0 0.0\n"
                                 "a/b/c 100644 0:0 0.0 x1 1 \na/b- 100644 0:0 0.0 x1 1 \n");
}

static void the_last_member_of_a_name_counts(void **state)
{
    (void)state;
    struct sample_file one = file_of("a", 1), two = file_of("a", 2);
    struct archive *archive = create(NULL);
    add_sample(archive, &two);
    add_sample(archive, &one);
    add_sample(archive, &two);
    finish(archive);
    AUTO_FREE char *listing = tree_listing(open_archive(), LIST_MTIME_ONLY | LIST_NO_DATA);
    assert_string_equal(listing, ". 40755 0:0 0.0\na 100644 0:0 0.0 x1 2 \n");
}

static void acls_become_attributes(void **state)
{
    (void)state;
    struct archive *archive = create(NULL);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_copy_pathname(entry, "a");
    archive_entry_set_mode(entry, S_IFREG | 0760);
    archive_entry_set_size(entry, 0);
    archive_entry_set_mtime(entry, 0, 0);
    int type = ARCHIVE_ENTRY_ACL_TYPE_ACCESS;
    archive_entry_acl_add_entry(entry, type, 7, ARCHIVE_ENTRY_ACL_USER_OBJ, -1, "");
    archive_entry_acl_add_entry(entry, type, 6, ARCHIVE_ENTRY_ACL_USER, 1000, "");
    archive_entry_acl_add_entry(entry, type, 4, ARCHIVE_ENTRY_ACL_GROUP_OBJ, -1, "");
    archive_entry_acl_add_entry(entry, type, 6, ARCHIVE_ENTRY_ACL_MASK, -1, "");
    archive_entry_acl_add_entry(entry, type, 0, ARCHIVE_ENTRY_ACL_OTHER, -1, "");
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    archive_entry_free(entry);
    finish(archive);
    AUTO_FREE char *listing = tree_listing(open_archive(), LIST_MTIME_ONLY | LIST_NO_DATA);
    assert_string_equal(listing,
                        ". 40755 0:0 0.0\na 100760 0:0 0.0 x1 system.posix_acl_access=02000000"
                        "01000700ffffffff02000600e803000004000400ffffffff10000600ffffffff"
                        "20000000ffffffff 0 \n");
}

static void gnu_tar_s_sparse_files_keep_their_holes(void **state)
{
    (void)state;
    AUTO_FREE char *script =
        xasprintf("set -e; cd '%s'; mkdir t; truncate -s 20M t/sparse; "
                  "printf x | dd of=t/sparse bs=1 seek=10000000 conv=notrunc status=none; "
                  "truncate -s 1M t/hole; tar -C t -cSf a.tar sparse hole; test $(stat -c %%s "
                  "a.tar) -lt 1000000",
                  dir);
    run("sh", "-c", script);
    AUTO_FREE char *listing = tree_listing(open_archive(), LIST_MTIME_ONLY);
    if (!strstr(listing, " 20971520 data 9998336+4096") ||
        !strstr(listing, " 1048576 data e3b0c442"))
        fail_msg("%s", listing);
}

static void assert_refused(const struct sample_file *files, size_t count, const char *text)
{
    struct error *err = NULL;
    struct archive_entry *entry;
    struct archive *archive = create(NULL);
    for (size_t i = 0; i < count; i++)
        add_sample(archive, &files[i]);
    finish(archive);
    AUTO(tree_close) struct tree *tree = tree_open_archive(path, &err);
    int more = tree ? tree_next(tree, &entry, &err) : -1;
    assert_int_equal(more, -1);
    assert_error(err, ERROR_INVALID, text);
}

static void paths_that_lead_elsewhere_are_refused(void **state)
{
    (void)state;
    struct sample_file up = file_of("a/../../b", 1);
    assert_refused(&up, 1, "\"a/../../b\" leads out of its directory");
    struct sample_file link[] = { file_of("a", 1), { .path = "b", .target = "../a" } };
    assert_refused(link, 2, "\"../a\" leads out of its directory");
    struct sample_file nothing = { .path = "b", .target = "a" };
    assert_refused(&nothing, 1, "\"b\" is a link to \"a\", which is not there");
    struct sample_file below[] = { { .path = "a", .mode = S_IFLNK | 0777, .target = "/etc" },
                                   file_of("a/passwd", 1) };
    assert_refused(below, 2, "\"a/passwd\" is below \"a\", which is no directory");
}

static void what_is_no_archive_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *text = xasprintf("yes 'not an archive' | head -n 1000 > '%s'", path);
    run("sh", "-c", text);
    assert_null(tree_open_archive(path, &err));
    assert_error(err, ERROR_INVALID, "reading the archive: Unrecognized archive format");
    assert_null(tree_open_archive(dir, &err));
    assert_error(err, ERROR_INVALID, "is not a file");
}

int main(void)
{
    require_e2fsprogs();
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_sorted_archive_is_read_as_it_is),
        TEST(an_archive_in_any_order_is_sorted),
        TEST(the_first_name_of_a_file_gets_its_data),
        TEST(directories_that_are_only_implied_are_made),
        TEST(the_last_member_of_a_name_counts),
        TEST(acls_become_attributes),
        TEST(gnu_tar_s_sparse_files_keep_their_holes),
        TEST(paths_that_lead_elsewhere_are_refused),
        TEST(what_is_no_archive_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
