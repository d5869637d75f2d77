/* SPDX-License-Identifier: Apache-2.0 */
/* Work directories: swept when left over, respected when alive; files published whole. */
#include "forge/base/strings.h"
#include "forge/base/workdir.h"
#include "tests/unit/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *read_text(const char *path)
{
    char *text = xcalloc(64, 1);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, 64, file));
    fclose(file);
    return text;
}

static void closing_removes_everything_inside(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *parent = make_scratch();
    struct workdir *workdir = workdir_create(parent, &err);
    assert_ok(workdir, err);
    struct stat status;
    assert_int_equal(stat(workdir_path(workdir), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    AUTO_FREE char *sub = workdir_file(workdir, "sub");
    assert_int_equal(mkdir(sub, 0700), 0);
    AUTO_FREE char *file = path_join(sub, "file");
    write_file(file, "text");
    workdir_close(workdir);
    assert_int_equal(count_entries(parent), 0);
    remove_scratch(parent);
}

static void the_next_run_sweeps_what_a_killed_one_left(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *parent = make_scratch();
    pid_t child = fork();
    if (child == 0) {
        struct workdir *left = workdir_create(parent, NULL);
        AUTO_FREE char *file = left ? workdir_file(left, "large") : NULL;
        if (file)
            write_file(file, "left over");
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(count_entries(parent), 1);
    struct workdir *next = workdir_create(parent, &err);
    assert_ok(next, err);
    assert_int_equal(count_entries(parent), 1);
    workdir_close(next);
    assert_int_equal(count_entries(parent), 0);
    remove_scratch(parent);
}

static void what_is_kept_outlives_its_run_and_the_next(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *parent = make_scratch();
    struct workdir *workdir = workdir_create(parent, &err);
    assert_ok(workdir, err);
    AUTO_FREE char *file = workdir_file(workdir, "file");
    write_file(file, "kept");
    assert_ok(workdir_keep(workdir, &err) == 0, err);
    workdir_close(workdir);
    struct workdir *next = workdir_create(parent, &err);
    assert_ok(next, err);
    workdir_close(next);
    AUTO_FREE char *text = read_text(file);
    assert_string_equal(text, "kept");
    remove_scratch(parent);
}

static void a_living_neighbour_is_left_alone(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *parent = make_scratch();
    struct workdir *first = workdir_create(parent, &err);
    struct workdir *second = workdir_create(parent, &err);
    assert_ok(first && second, err);
    assert_int_equal(access(workdir_path(first), F_OK), 0);
    workdir_close(second);
    workdir_close(first);
    remove_scratch(parent);
}

static void other_names_are_not_swept(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *parent = make_scratch();
    AUTO_FREE char *mine = path_join(parent, ".forge-notes-of-mine");
    assert_int_equal(mkdir(mine, 0700), 0);
    struct workdir *workdir = workdir_create(parent, &err);
    assert_ok(workdir, err);
    workdir_close(workdir);
    assert_int_equal(access(mine, F_OK), 0);
    remove_scratch(parent);
}

static void publishing_refuses_or_replaces_as_asked(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *parent = make_scratch();
    AUTO_FREE char *from = path_join(parent, "from");
    AUTO_FREE char *to = path_join(parent, "to");
    write_file(from, "new");
    write_file(to, "old");
    assert_int_equal(publish_file(from, to, false, &err), -1);
    assert_error(err, ERROR_FAILED, "exists already");
    AUTO_FREE char *kept = read_text(to);
    assert_string_equal(kept, "old");
    assert_ok(publish_file(from, to, true, &err) == 0, err);
    AUTO_FREE char *replaced = read_text(to);
    assert_string_equal(replaced, "new");
    remove_scratch(parent);
}

static void missing_space_is_said_with_both_figures(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_int_equal(require_space("/tmp", INT64_MAX, "the moon", &err), -1);
    assert_error(err, ERROR_FAILED, "the moon needs about 8.0 EiB in /tmp, where ");
}

static void a_temporary_file_leaves_no_name(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *parent = make_scratch(), read_back[4];
    AUTO_FREE char *before = xstrdup(getenv("TMPDIR"));
    setenv("TMPDIR", parent, 1);
    int fd = temporary_file(&err);
    assert_ok(fd >= 0, err);
    assert_int_equal(write(fd, "text", 4), 4);
    assert_int_equal(pread(fd, read_back, 4, 0), 4);
    assert_memory_equal(read_back, "text", 4);
    assert_int_equal(count_entries(parent), 0);
    close(fd);
    remove_scratch(parent);
    setenv("TMPDIR", "/no/such/directory", 1);
    assert_int_equal(temporary_file(&err), -1);
    assert_error(err, ERROR_FAILED, "in /no/such/directory: No such file");
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closing_removes_everything_inside),
        cmocka_unit_test(the_next_run_sweeps_what_a_killed_one_left),
        cmocka_unit_test(what_is_kept_outlives_its_run_and_the_next),
        cmocka_unit_test(a_living_neighbour_is_left_alone),
        cmocka_unit_test(other_names_are_not_swept),
        cmocka_unit_test(publishing_refuses_or_replaces_as_asked),
        cmocka_unit_test(a_temporary_file_leaves_no_name),
        cmocka_unit_test(missing_space_is_said_with_both_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
