/* SPDX-License-Identifier: Apache-2.0 */
/* One appliance session on a phony Debian guest, and what tests of operations do in it. */
#ifndef FORGE_TESTS_GUEST_PHONY_SESSION_H
#define FORGE_TESTS_GUEST_PHONY_SESSION_H

#include "forge/base/process.h"
#include "fsimage/customize.h"
#include "tests/guest/session.h"

#include <fcntl.h>
#include <sys/stat.h>

static guestfs_h *g;

/* -- The session -- */

static inline char *phony_disk(void)
{
    return path_join(getenv("FORGE_FIXTURES"), "debian.raw");
}

/* On DISK, in DIR. */
static inline int open_session_on(const char *disk)
{
    struct error *err = NULL;
    struct guest_options options = { 0 };
    if (open_overlay(disk, dir, &err))
        return no_session(err);
    guest = guest_open(overlay_image(overlay), GUEST_READ_WRITE, &options, NULL, &err);
    if (!guest)
        return no_session(err);
    g = guest_handle(guest);
    return 0;
}

static inline int open_session(void **state)
{
    (void)state;
    AUTO_FREE char *disk = phony_disk();
    dir = make_scratch();
    return open_session_on(disk);
}

/* -- Running steps -- */

static inline int try_step(const char *name, const char *value, struct error **err)
{
    AUTO_PLAN struct customize_plan plan = { 0 };
    AUTO_FREE char *origin = xasprintf("--%s", name);
    if (customize_plan_add(&plan, name, value, dir, origin, err))
        return -1;
    return customize_plan_run(&plan, guest, NULL, err);
}

static inline void run_step(const char *name, const char *value)
{
    struct error *err = NULL;
    if (try_step(name, value, &err))
        fail_msg("%s", err->message);
}

/* As a recipe's mapping has it, with two settings by name; NULL: not given. */
static inline void run_mapping(const char *name, const char *first, const char *second,
                               const char *const settings[2][2])
{
    AUTO_PLAN struct customize_plan plan = { 0 };
    struct error *err = NULL;
    const struct customize_op *op = customize_op_find(name);
    AUTO_STRINGS struct string_list names = { 0 };
    size_t own = customize_op_parts(op, &names);
    const char *texts[CUSTOMIZE_PARTS_MAX] = { first };
    if (own > 1)
        texts[1] = second;
    for (size_t i = own; i < names.count; i++)
        for (size_t j = 0; j < 2; j++)
            if (settings[j][0] && strcmp(names.items[i], settings[j][0]) == 0)
                texts[i] = settings[j][1];
    if (customize_plan_add_parts(&plan, op, texts, dir, "r.yaml:1:1", &err) ||
        customize_plan_run(&plan, guest, NULL, &err))
        fail_msg("%s", err->message);
}

static inline void run_parts(const char *name, const char *first, const char *second,
                             const char *mode, const char *owner)
{
    run_mapping(name, first, second,
                (const char *const[2][2]){ { "mode", mode }, { "owner", owner } });
}

static inline void run_setting(const char *name, const char *first, const char *second,
                               const char *setting, const char *value)
{
    run_mapping(name, first, second, (const char *const[2][2]){ { setting, value } });
}

#define fails_with(name, value, text)                                                              \
    do {                                                                                           \
        struct error *failure = NULL;                                                              \
        assert_int_equal(try_step(name, value, &failure), -1);                                     \
        assert_error(failure, ERROR_GUEST, text);                                                  \
    } while (0)

/* A program of the host's, with its libraries, as one of the guest's: false where there is none. */
static inline bool give_program_to_guest(const char *program)
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

static inline void put_local(const char *name, const char *text, mode_t mode)
{
    AUTO_FREE char *path = path_join(dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static inline void put_guest(const char *path, const char *text)
{
    assert_int_equal(guestfs_write(g, path, text, strlen(text)), 0);
}

/* PATH in the guest holds exactly TEXT. */
static inline void assert_content(const char *path, const char *text)
{
    size_t length;
    AUTO_FREE char *content = guestfs_read_file(g, path, &length);
    if (!content)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    AUTO_FREE char *terminated = xstrndup(content, length);
    assert_string_equal(terminated, text);
}

static inline void assert_contains(const char *path, const char *text)
{
    size_t length;
    AUTO_FREE char *content = guestfs_read_file(g, path, &length);
    if (!content)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    AUTO_FREE char *terminated = xstrndup(content, length);
    if (!strstr(terminated, text))
        fail_msg("%s lacks \"%s\": %s", path, text, terminated);
}

static inline void assert_owner_and_mode(const char *path, int64_t uid, int64_t gid, int mode)
{
    struct guestfs_statns *stat = guestfs_lstatns(g, path);
    if (!stat)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    assert_int_equal(stat->st_uid, uid);
    assert_int_equal(stat->st_gid, gid);
    assert_int_equal(stat->st_mode & 07777, mode);
    guestfs_free_statns(stat);
}

static inline void assert_link(const char *path, const char *target)
{
    AUTO_FREE char *found = guestfs_readlink(g, path);
    if (!found)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    assert_string_equal(found, target);
}

#endif
