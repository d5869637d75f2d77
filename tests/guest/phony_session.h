/* SPDX-License-Identifier: Apache-2.0 */
/* One appliance session on a phony Debian guest, and what tests of operations do in it. */
#ifndef FORGE_TESTS_GUEST_PHONY_SESSION_H
#define FORGE_TESTS_GUEST_PHONY_SESSION_H

#include "forge/base/process.h"
#include "forge/base/workdir.h"
#include "fsimage/customize.h"
#include "fsimage/overlay.h"
#include "tests/unit/check.h"

#include <fcntl.h>
#include <sys/stat.h>

static char *dir; /* local files, the base of relative paths */
static struct image *base;
static struct workdir *workdir;
static struct overlay *overlay;
static struct guest *guest;
static guestfs_h *g;

/* -- The session -- */

static int open_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    const char *fixtures = getenv("FORGE_FIXTURES");
    AUTO_FREE char *disk = path_join(fixtures, "debian.raw");
    dir = make_scratch();
    base = image_open(disk, NULL, &err);
    workdir = base ? workdir_create(dir, &err) : NULL;
    overlay = workdir ? overlay_create(base, workdir_path(workdir), &err) : NULL;
    struct guest_options options = { 0 };
    guest = overlay ? guest_open(overlay_image(overlay), GUEST_READ_WRITE, &options, NULL, &err)
                    : NULL;
    if (!guest) {
        fprintf(stderr, "no guest session: %s\n", err->message);
        error_free(err);
        return -1;
    }
    g = guest_handle(guest);
    return 0;
}

static int close_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    int result = guest_shutdown(guest, &err);
    if (result)
        fprintf(stderr, "shutdown: %s\n", err->message);
    error_free(err);
    guest_close(guest);
    overlay_close(overlay);
    workdir_close(workdir);
    image_close(base);
    remove_scratch(dir);
    if (result)
        exit(EXIT_FAILURE); /* a teardown's failure is nothing that cmocka counts */
    return 0;
}

/* -- Running steps -- */

static int try_step(const char *name, const char *value, struct error **err)
{
    AUTO_PLAN struct customize_plan plan = { 0 };
    AUTO_FREE char *origin = xasprintf("--%s", name);
    if (customize_plan_add(&plan, name, value, dir, origin, err))
        return -1;
    return customize_plan_run(&plan, guest, NULL, err);
}

static void run_step(const char *name, const char *value)
{
    struct error *err = NULL;
    if (try_step(name, value, &err))
        fail_msg("%s", err->message);
}

#define fails_with(name, value, text)                                                              \
    do {                                                                                           \
        struct error *failure = NULL;                                                              \
        assert_int_equal(try_step(name, value, &failure), -1);                                     \
        assert_error(failure, ERROR_GUEST, text);                                                  \
    } while (0)

/* A program of the host's, with its libraries, as one of the guest's: false where there is none. */
static bool give_program_to_guest(const char *program)
{
    const char *const argv[] = { "ldd", program, NULL };
    AUTO_FREE char *output = NULL;
    struct error *err = NULL;
    if (process_run(argv, ERROR_FAILED, &output, NULL, &err)) {
        error_free(err);
        return false;
    }
    for (char *next = output, *line; (line = strsep(&next, "\n"));) {
        char *path = strchr(line, '/');
        if (!path)
            continue;
        path[strcspn(path, " ")] = '\0';
        AUTO_FREE char *parent = path_dirname(path);
        AUTO_FREE char *step = xasprintf("%s:%s", path, path);
        run_step("mkdir", parent);
        run_step("upload", step);
    }
    AUTO_FREE char *step = xasprintf("%s:%s", program, program);
    run_step("upload", step);
    return true;
}

/* -- Looking at the guest and at local files -- */

static void put_local(const char *name, const char *text, mode_t mode)
{
    AUTO_FREE char *path = path_join(dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void put_guest(const char *path, const char *text)
{
    assert_int_equal(guestfs_write(g, path, text, strlen(text)), 0);
}

/* PATH in the guest holds exactly TEXT. */
static void assert_content(const char *path, const char *text)
{
    size_t length;
    AUTO_FREE char *content = guestfs_read_file(g, path, &length);
    if (!content)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    AUTO_FREE char *terminated = xstrndup(content, length);
    assert_string_equal(terminated, text);
}

static void assert_contains(const char *path, const char *text)
{
    size_t length;
    AUTO_FREE char *content = guestfs_read_file(g, path, &length);
    if (!content)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    AUTO_FREE char *terminated = xstrndup(content, length);
    if (!strstr(terminated, text))
        fail_msg("%s lacks \"%s\": %s", path, text, terminated);
}

static void assert_owner_and_mode(const char *path, int64_t uid, int64_t gid, int mode)
{
    struct guestfs_statns *stat = guestfs_lstatns(g, path);
    if (!stat)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    assert_int_equal(stat->st_uid, uid);
    assert_int_equal(stat->st_gid, gid);
    assert_int_equal(stat->st_mode & 07777, mode);
    guestfs_free_statns(stat);
}

static void assert_link(const char *path, const char *target)
{
    AUTO_FREE char *found = guestfs_readlink(g, path);
    if (!found)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    assert_string_equal(found, target);
}

#endif
