/* SPDX-License-Identifier: Apache-2.0 */
/* Entries come into a tree in its order, and only where it has none of their own. */
#include "fsimage/tree/tree_add.h"
#include "tests/unit/sample_tree.h"
#include "tests/unit/tree_listing.h"

#define DIRECTORY (S_IFDIR | 0755)

/* What TREE is, type and path of each entry and the texts that are not long; owned. */
static char *outline(struct tree *tree)
{
    struct error *err = NULL;
    struct archive_entry *entry;
    AUTO_FREE char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int more;
    while ((more = tree_next(tree, &entry, &err)) > 0) {
        const void *bytes;
        size_t count;
        int64_t offset;
        fprintf(out, "%o %s", archive_entry_mode(entry), archive_entry_pathname(entry));
        if (archive_entry_filetype(entry) == AE_IFCHR)
            fprintf(out, " %u:%u", (unsigned)archive_entry_rdevmajor(entry),
                    (unsigned)archive_entry_rdevminor(entry));
        if (archive_entry_symlink(entry))
            fprintf(out, " -> %s", archive_entry_symlink(entry));
        while (archive_entry_filetype(entry) == AE_IFREG &&
               tree_read(tree, &bytes, &count, &offset, &err) > 0)
            fprintf(out, " %zu bytes of %lld", count, (long long)archive_entry_size(entry));
        fputc('\n', out);
    }
    fclose(out);
    assert_ok(more == 0, err);
    tree_close(tree);
    return xstrdup(text);
}

static void additions_fill_the_gaps(void **state)
{
    (void)state;
    static const struct sample_file files[] = {
        { .path = ".", .mode = DIRECTORY },
        { .path = "dev", .mode = S_IFDIR | 0700 },
        { .path = "dev/null", .mode = S_IFREG | 0600, .size = 7 },
        { .path = "dev.d", .mode = DIRECTORY },
        { .path = "etc", .mode = S_IFLNK | 0777, .target = "usr/etc" },
        { .path = "usr", .mode = DIRECTORY },
        { .path = "usr/last", .mode = S_IFREG | 0644, .size = 3 },
    };
    static const char *const target = "null", *const text = "four", *const empty = "",
                             *const none = NULL;
    static const struct tree_addition additions[] = {
        { .path = "dev", .mode = DIRECTORY },
        { .path = "dev/X0R", .mode = S_IFLNK | 0777, .text = &target },
        { .path = "dev/console", .mode = S_IFCHR | 0600, .major = 5, .minor = 1 },
        { .path = "dev/null", .mode = S_IFCHR | 0666, .major = 1, .minor = 3 },
        { .path = "dev/zero", .mode = S_IFCHR | 0666, .major = 1, .minor = 5 },
        { .path = "etc", .mode = DIRECTORY },
        { .path = "etc/mtab", .mode = S_IFREG | 0644, .text = &text },
        { .path = "proc", .mode = DIRECTORY },
        { .path = "proc.not", .mode = S_IFREG | 0644, .text = &none },
        { .path = "usr/empty", .mode = S_IFREG | 0644, .text = &empty },
        { .path = "usr/text", .mode = S_IFREG | 0640, .text = &text },
        { .path = "var", .mode = DIRECTORY },
    };
    AUTO_FREE char *got = outline(tree_add_new(sample_open(files, ARRAY_SIZE(files)), additions,
                                               ARRAY_SIZE(additions), 1600000000));
    assert_string_equal(got, "40755 .\n"
                             "40700 dev\n"
                             "120777 dev/X0R -> null\n"
                             "20600 dev/console 5:1\n"
                             "100600 dev/null 7 bytes of 7\n"
                             "20666 dev/zero 1:5\n"
                             "40755 dev.d\n"
                             "120777 etc -> usr/etc\n"
                             "40755 proc\n"
                             "40755 usr\n"
                             "100644 usr/empty\n"
                             "100644 usr/last 3 bytes of 3\n"
                             "100640 usr/text 4 bytes of 4\n"
                             "40755 var\n");
}

static void they_are_roots_and_of_the_time_given(void **state)
{
    (void)state;
    static const struct sample_file files[] = { { .path = ".", .mode = DIRECTORY, .mtime = 5 } };
    static const struct tree_addition additions[] = { { .path = "mnt", .mode = DIRECTORY } };
    AUTO_FREE char *got = tree_listing(tree_add_new(sample_open(files, 1), additions, 1, 7), 0);
    assert_string_equal(got, ". 40755 0:0 5.0 5.0 5.0\nmnt 40755 0:0 7.0 7.0 7.0\n");
    assert_null(tree_add_new(NULL, additions, 1, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(additions_fill_the_gaps),
        cmocka_unit_test(they_are_roots_and_of_the_time_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
