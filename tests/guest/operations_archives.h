/* SPDX-License-Identifier: Apache-2.0 */
/* --tar-in with archives that libarchive writes. */
#ifndef FORGE_TESTS_GUEST_OPERATIONS_ARCHIVES_H
#define FORGE_TESTS_GUEST_OPERATIONS_ARCHIVES_H

#include "tests/guest/phony_session.h"
#include "tests/unit/sample_archive.h"

static void an_archive_of_each_kind_goes_in(void **state)
{
    (void)state;
    static const char *const names[] = { "a.tar",     "a.tar.gz", "a.tar.xz", "a.tar.zst",
                                         "a.tar.bz2", "a.zip",    "a.cpio",   "a.7z" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        AUTO_FREE char *path = path_join(dir, names[i]);
        struct sample_archive archive = sample_archive_open(path);
        sample_archive_add(&archive, "dir/sub/", AE_IFDIR, 0755, NULL);
        sample_archive_add(&archive, "dir/sub/file", AE_IFREG, 0644, names[i]);
        sample_archive_add(&archive, "dir/implied/z\xc3\xbc", AE_IFREG, 0600, "umlaut");
        sample_archive_close(&archive);
        AUTO_FREE char *target = xasprintf("/srv/%s", names[i]);
        AUTO_FREE char *file = xasprintf("%s/dir/sub/file", target);
        AUTO_FREE char *umlaut = xasprintf("%s/dir/implied/z\xc3\xbc", target);
        AUTO_FREE char *value = xasprintf("%s:%s", names[i], target);
        run_step("mkdir", target);
        run_step("tar-in", value);
        assert_content(file, names[i]);
        assert_content(umlaut, "umlaut");
    }
    fails_with("tar-in", "a.tar:/srv/missing", "not a directory");
}

static void an_archive_keeps_what_it_says_of_new_files(void **state)
{
    (void)state;
    /* cap_net_bind_service=ep, as VFS_CAP_REVISION_2 has it. */
    static const unsigned char capability[20] = { 1, 0, 0, 2, 0, 4 };
    AUTO_FREE char *path = path_join(dir, "kept.tar");
    struct sample_archive archive = sample_archive_open(path);
    archive.uid = 1000;
    archive.gid = 42;
    sample_archive_add(&archive, "tree", AE_IFDIR, 0710, NULL);
    sample_archive_add(&archive, "tree/setuid", AE_IFREG, 04750, "old");
    sample_archive_add(&archive, "tree/setuid", AE_IFREG, 04750, "new"); /* the last one counts */
    sample_archive_add(&archive, "tree/link", AE_IFLNK, 0777, "setuid");
    sample_archive_add(&archive, "tree/hard", SAMPLE_HARD_LINK, 0644, "tree/setuid");
    sample_archive_add(&archive, "tree/pipe", AE_IFIFO, 0600, NULL);
    struct archive_entry *capable = sample_archive_entry(&archive, "tree/capable", AE_IFREG, 0755);
    archive_entry_xattr_add_entry(capable, "security.capability", capability, sizeof(capability));
    sample_archive_put(&archive, capable, "program");
    sample_archive_close(&archive);
    run_step("tar-in", "kept.tar:/srv");
    assert_owner_and_mode("/srv/tree", 1000, 42, 0710);
    assert_owner_and_mode("/srv/tree/setuid", 1000, 42, 04750);
    assert_content("/srv/tree/hard", "new");
    assert_link("/srv/tree/link", "setuid");
    assert_int_equal(guestfs_is_fifo(g, "/srv/tree/pipe"), 1);
    size_t length;
    AUTO_FREE char *kept =
        guestfs_lgetxattr(g, "/srv/tree/capable", "security.capability", &length);
    assert_non_null(kept);
    assert_int_equal(length, sizeof(capability));
    assert_memory_equal(kept, capability, sizeof(capability));
}

/* As GNU cpio writes a file with several names: its content comes with the last of them. */
static void add_name(struct sample_archive *archive, const char *name, const char *text)
{
    struct archive_entry *entry = sample_archive_entry(archive, name, AE_IFREG, 0640);
    archive_entry_set_ino(entry, 4711);
    archive_entry_set_nlink(entry, 3);
    sample_archive_put(archive, entry, text);
}

static void assert_same_file(const char *one, const char *other)
{
    struct guestfs_statns *stats[] = { guestfs_lstatns(g, one), guestfs_lstatns(g, other) };
    assert_non_null(stats[0]);
    assert_non_null(stats[1]);
    assert_int_equal(stats[0]->st_ino, stats[1]->st_ino);
    guestfs_free_statns(stats[0]);
    guestfs_free_statns(stats[1]);
}

static void names_of_one_file_may_each_carry_its_content(void **state)
{
    (void)state;
    AUTO_FREE char *path = path_join(dir, "names.cpio");
    for (int every = 0; every < 2; every++) { /* the last name, or each, has the content */
        struct sample_archive archive = sample_archive_open(path);
        add_name(&archive, "a", every ? "text" : NULL);
        add_name(&archive, "sub/b", every ? "text" : NULL);
        add_name(&archive, "c", "text");
        sample_archive_add(&archive, "other", AE_IFREG, 0644, "other");
        sample_archive_close(&archive);
        AUTO_FREE char *target = xasprintf("/srv/names-%d", every);
        AUTO_FREE char *a = path_join(target, "a");
        AUTO_FREE char *b = path_join(target, "sub/b");
        AUTO_FREE char *c = path_join(target, "c");
        AUTO_FREE char *value = xasprintf("names.cpio:%s", target);
        run_step("mkdir", target);
        run_step("tar-in", value);
        assert_content(a, "text");
        assert_owner_and_mode(a, 0, 0, 0640);
        assert_same_file(a, b);
        assert_same_file(a, c);
    }
}

static void an_archive_is_given_to_the_owner_of_the_mapping(void **state)
{
    (void)state;
    AUTO_FREE char *path = path_join(dir, "owned.tar");
    struct sample_archive archive = sample_archive_open(path);
    archive.uid = 1000;
    archive.gid = 42;
    sample_archive_add(&archive, "there/implied/file", AE_IFREG, 0640, "f");
    sample_archive_add(&archive, "there/implied/link", AE_IFLNK, 0777, "file");
    sample_archive_add(&archive, "new", AE_IFDIR, 0710, NULL);
    sample_archive_close(&archive);
    run_step("mkdir", "/srv/owned/there");
    run_parts("tar-in", "owned.tar", "/srv/owned", NULL, "7");
    assert_owner_and_mode("/srv/owned/there", 0, 0, 0755);
    assert_owner_and_mode("/srv/owned/there/implied", 7, 0, 0755);
    assert_owner_and_mode("/srv/owned/there/implied/file", 7, 42, 0640);
    assert_owner_and_mode("/srv/owned/there/implied/link", 7, 42, 0777);
    assert_owner_and_mode("/srv/owned/new", 7, 42, 0710);
}

/* An archive of /, made with another umask, does not close the guest's root directory; links to
 * directories of the guest's stay links, and lead nowhere else. */
static void directories_that_are_there_stay_as_they_are(void **state)
{
    (void)state;
    AUTO_FREE char *path = path_join(dir, "root.tar.gz");
    struct sample_archive archive = sample_archive_open(path);
    archive.uid = 1000;
    sample_archive_add(&archive, "./", AE_IFDIR, 0700, NULL);
    sample_archive_add(&archive, "./lib/", AE_IFDIR, 0700, NULL);
    sample_archive_add(&archive, "./lib/new", AE_IFREG, 0644, "in usr");
    sample_archive_add(&archive, "./outward/etc/new", AE_IFREG, 0644, "inside");
    sample_archive_close(&archive);
    run_step("mkdir", "/opt/prison/etc");
    run_step("link", "/opt/prison:/outward");
    run_step("tar-in", "root.tar.gz:/");
    assert_owner_and_mode("/", 0, 0, 0755);
    assert_link("/lib", "usr/lib");
    assert_content("/usr/lib/new", "in usr");
    assert_content("/opt/prison/etc/new", "inside");
}

#endif
