/* SPDX-License-Identifier: Apache-2.0 */
/* Names of parts, and publishing that replaces exactly a bundle's files or nothing. */
#include "forge/base/strings.h"
#include "manifest/bundle_files.h"
#include "tests/unit/check.h"

#include <dirent.h>
#include <sys/stat.h>

static void part_names_have_the_digits_of_the_count(void **state)
{
    (void)state;
    /* FORMAT.md 3: the digits of the count, not of the last index. */
    const struct {
        size_t index, count;
        const char *name;
    } rows[] = {
        { 0, 1, "a.part.0" },         { 8, 9, "a.part.8" },          { 0, 10, "a.part.00" },
        { 9, 10, "a.part.09" },       { 98, 99, "a.part.98" },       { 7, 100, "a.part.007" },
        { 999, 1000, "a.part.0999" }, { 1024, 1025, "a.part.1024" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_FREE char *name = bundle_part_name("a", rows[i].index, rows[i].count);
        assert_string_equal(name, rows[i].name);
    }
    AUTO_FREE char *manifest = bundle_manifest_name("a");
    assert_string_equal(manifest, "a.manifest.xml");
}

static void put(const char *directory, const char *name, const char *text)
{
    AUTO_FREE char *path = path_join(directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *get(const char *directory, const char *name)
{
    AUTO_FREE char *path = path_join(directory, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = xcalloc(64, 1);
    assert_int_not_equal(fread(text, 1, 63, file), 0);
    fclose(file);
    return text;
}

static void assert_file(const char *directory, const char *name, const char *text)
{
    AUTO_FREE char *found = get(directory, name);
    if (!found)
        fail_msg("%s is missing", name);
    assert_string_equal(found, text);
}

static size_t count_files(const char *directory)
{
    size_t count = 0;
    DIR *dir = opendir(directory);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

/* Finished files in WORK: two parts and a manifest. */
static struct written_parts finished(const char *work)
{
    struct written_parts parts = { 0 };
    parts.items = xcalloc(2, sizeof(*parts.items));
    parts.count = parts.room = 2;
    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *name = xasprintf("part.%zu", i);
        put(work, name, i ? "new 1" : "new 0");
        parts.items[i].path = path_join(work, name);
    }
    put(work, "manifest.xml", "new manifest");
    return parts;
}

static int publish(const char *directory, bool replace, struct error **err)
{
    char *work = make_scratch();
    AUTO_PARTS struct written_parts parts = finished(work);
    AUTO_FREE char *manifest = path_join(work, "manifest.xml");
    int result = bundle_files_publish(
        directory, "web", &(struct bundle_files){ .parts = &parts, .manifest = manifest }, replace,
        err);
    remove_scratch(work);
    return result;
}

static void parts_and_manifest_get_their_names(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    assert_ok(bundle_files_check(directory, "web", NULL, &err) == 0, err);
    assert_ok(publish(directory, false, &err) == 0, err);
    assert_int_equal(count_files(directory), 3);
    assert_file(directory, "web.part.0", "new 0");
    assert_file(directory, "web.part.1", "new 1");
    assert_file(directory, "web.manifest.xml", "new manifest");
    remove_scratch(directory);
}

static const char *const strangers[] = {
    "web.part.",           "web.part.1x", "web.part.x", "web2.part.0", "web.manifest.xml.old",
    "my-web.manifest.xml", "web",         "web.img"
};

static void replacing_touches_nothing_else(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
        put(directory, strangers[i], "not ours");
    assert_ok(bundle_files_check(directory, "web", NULL, &err) == 0, err);
    put(directory, "web.manifest.xml", "old");
    put(directory, "web.part.00", "old");
    put(directory, "web.part.1", "old");
    put(directory, "web.part.17", "old");
    assert_ok(publish(directory, true, &err) == 0, err);
    assert_file(directory, "web.part.0", "new 0");
    assert_file(directory, "web.part.1", "new 1");
    assert_file(directory, "web.manifest.xml", "new manifest");
    for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
        assert_file(directory, strangers[i], "not ours");
    assert_int_equal(count_files(directory), ARRAY_SIZE(strangers) + 3);
    remove_scratch(directory);
}

static void what_is_there_is_refused_and_stays(void **state)
{
    (void)state;
    const char *const names[] = { "web.manifest.xml", "web.part.1", "web.part.0" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct error *err = NULL;
        char *directory = make_scratch();
        put(directory, names[i], "old");
        assert_int_equal(bundle_files_check(directory, "web", NULL, &err), -1);
        AUTO_FREE char *sentence = xasprintf("%s exists already", names[i]);
        assert_error(err, ERROR_FAILED, sentence);
        /* Even one that came after the check: what was published before it is taken back. */
        assert_int_equal(publish(directory, false, &err), -1);
        assert_error(err, ERROR_FAILED, sentence);
        assert_file(directory, names[i], "old");
        assert_int_equal(count_files(directory), 1);
        remove_scratch(directory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part_names_have_the_digits_of_the_count),
        cmocka_unit_test(parts_and_manifest_get_their_names),
        cmocka_unit_test(replacing_touches_nothing_else),
        cmocka_unit_test(what_is_there_is_refused_and_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
