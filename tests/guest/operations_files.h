/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the operations on files, within the session of test_operations.c. */
#ifndef FORGE_TESTS_GUEST_OPERATIONS_FILES_H
#define FORGE_TESTS_GUEST_OPERATIONS_FILES_H

#include "fsimage/guest/appliance_run.h"
#include "tests/guest/phony_session.h"

static void write_replaces_content_and_keeps_the_file(void **state)
{
    (void)state;
    run_step("write", "/etc/motd:one:two");
    assert_content("/etc/motd", "one:two");
    assert_owner_and_mode("/etc/motd", 0, 0, 0644);
    run_step("chmod", "600:/etc/motd");
    run_step("chown", "1000:42:/etc/motd");
    run_step("write", "/etc/motd:three");
    assert_content("/etc/motd", "three");
    assert_owner_and_mode("/etc/motd", 1000, 42, 0600);
    run_setting("write", "/etc/motd", " four\n", "append", "true");
    assert_content("/etc/motd", "three four\n");
    run_setting("write", "/root/bytes", "AP8K", "encoding", "base64");
    size_t length;
    AUTO_FREE char *bytes = guestfs_read_file(g, "/root/bytes", &length);
    assert_int_equal(length, 3);
    assert_memory_equal(bytes, "\0\xff\n", 3);
    run_setting("write", "/root/bytes", "H4sIAAAAAAAAA8vI5AIAenpv7QMAAAA=", "encoding",
                "gzip+base64");
    assert_content("/root/bytes", "hi\n");

    /* More than one message of libguestfs holds. */
    enum { LARGE = 5 << 20 };
    AUTO_FREE char *large = xcalloc(LARGE + 1, 1);
    memset(large, 'x', LARGE);
    AUTO_FREE char *value = xasprintf("/root/large:%s", large);
    run_step("write", value);
    assert_int_equal(guestfs_filesize(g, "/root/large"), LARGE);
    run_step("delete", "/root/large");
}

static void append_line_adds_the_newlines_that_are_missing(void **state)
{
    (void)state;
    put_guest("/root/unix", "a");
    run_step("append-line", "/root/unix:b:c");
    assert_content("/root/unix", "a\nb:c\n");
    put_guest("/root/dos", "a\r\n");
    run_step("append-line", "/root/dos:b");
    assert_content("/root/dos", "a\r\nb\r\n");
    run_step("append-line", "/root/fresh:");
    assert_content("/root/fresh", "\n");
}

static void upload_belongs_to_root_whatever_the_host_says(void **state)
{
    (void)state;
    put_local("plain", "text", 0600);
    put_local("tool", "#!/bin/sh\n", 04711);
    AUTO_FREE char *tool = path_join(dir, "tool");
    if (geteuid() == 0)
        assert_int_equal(chown(tool, 1234, 1234), 0);
    run_step("upload", "plain:/etc/plain");
    assert_content("/etc/plain", "text");
    assert_owner_and_mode("/etc/plain", 0, 0, 0644);
    run_step("upload", "tool:/usr/bin"); /* a directory: the name stays */
    assert_owner_and_mode("/usr/bin/tool", 0, 0, 0755);
    run_step("chown", "user:/etc/plain");
    run_step("upload", "plain:/etc/plain");
    assert_owner_and_mode("/etc/plain", 0, 0, 0644);
    fails_with("upload", "plain:/no/such/dir", "uploading");
}

static void copy_in_takes_a_tree(void **state)
{
    (void)state;
    AUTO_FREE char *tree = path_join(dir, "tree");
    AUTO_FREE char *sub = path_join(tree, "sub");
    AUTO_FREE char *link = path_join(sub, "link");
    assert_int_equal(mkdir(tree, 0700), 0);
    assert_int_equal(mkdir(sub, 0700), 0);
    put_local("tree/file", "f", 0600);
    put_local("tree/sub/tool", "t", 0700);
    assert_int_equal(symlink("../file", link), 0);
    put_local("tree/z\xc3\xbc", "umlaut", 0600);
    run_step("mkdir", "/srv/deep/er");
    run_step("copy-in", "tree:/srv/deep/er");
    assert_content("/srv/deep/er/tree/file", "f");
    assert_owner_and_mode("/srv/deep/er/tree", 0, 0, 0755);
    assert_owner_and_mode("/srv/deep/er/tree/file", 0, 0, 0644);
    assert_owner_and_mode("/srv/deep/er/tree/sub/tool", 0, 0, 0755);
    assert_link("/srv/deep/er/tree/sub/link", "../file");
    run_step("copy-in", "tree/file:/srv");
    assert_content("/srv/file", "f");
    assert_content("/srv/deep/er/tree/z\xc3\xbc", "umlaut");
    AUTO_FREE char *to_file = path_join(dir, "to-file"); /* a link that is named is followed */
    assert_int_equal(symlink("tree/file", to_file), 0);
    run_step("copy-in", "to-file:/srv");
    assert_content("/srv/to-file", "f");
    assert_int_equal(guestfs_is_symlink(g, "/srv/to-file"), 0);
    fails_with("copy-in", "tree:/srv/missing", "not a directory");
}

/* The tree is copy_in_takes_a_tree's. */
static void what_is_made_has_the_mode_and_owner_of_the_mapping(void **state)
{
    (void)state;
    put_local("with:colon", "c", 0600);
    run_parts("mkdir", "/opt/given", NULL, "0750", "user");
    assert_owner_and_mode("/opt/given", 1000, 0, 0750);
    run_parts("upload", "with:colon", "/opt/given", "0640", "7:8");
    assert_owner_and_mode("/opt/given/with:colon", 7, 8, 0640);
    run_parts("write", "/opt/given/suid", "x", "4755", "7");
    assert_owner_and_mode("/opt/given/suid", 7, 0, 04755);
    run_parts("append-line", "/opt/given/suid", "y", "0600", NULL);
    assert_owner_and_mode("/opt/given/suid", 7, 0, 0600);
    run_parts("touch", "/opt/given/touched", NULL, NULL, "0:9");
    assert_owner_and_mode("/opt/given/touched", 0, 9, 0644);
    run_parts("copy-in", "tree", "/opt/given", "0440", "7:8");
    assert_owner_and_mode("/opt/given/tree/sub", 7, 8, 0755);
    assert_owner_and_mode("/opt/given/tree/sub/tool", 7, 8, 0440);
    assert_owner_and_mode("/opt/given/tree/sub/link", 7, 8, 0777);
    assert_owner_and_mode("/opt/given", 1000, 0, 0750);
    run_parts("copy", "/opt/given/tree", "/opt/given/copy", "0404", "9:10");
    assert_owner_and_mode("/opt/given/copy/sub", 9, 10, 0755);
    assert_owner_and_mode("/opt/given/copy/sub/tool", 9, 10, 0404);
    assert_owner_and_mode("/opt/given/copy/sub/link", 9, 10, 0777);
    assert_owner_and_mode("/opt/given/tree/sub/tool", 7, 8, 0440);
    run_step("write", "/opt/given/tree/sub/kept:k");
    run_step("delete", "/opt/given/tree/sub/tool");
    run_parts("copy", "/opt/given/tree/sub", "/opt/given/copy", NULL, "11");
    assert_owner_and_mode("/opt/given/copy/sub/kept", 11, 0, 0644); /* copied */
    assert_owner_and_mode("/opt/given/copy/sub/tool", 9, 10, 0404); /* there before */
    assert_owner_and_mode("/opt/given/copy/sub", 9, 10, 0755);
    run_parts("move", "/opt/given/copy/sub", "/opt/given/moved", "4711", "user");
    assert_owner_and_mode("/opt/given/moved", 1000, 10, 0755);
    assert_owner_and_mode("/opt/given/moved/kept", 1000, 0, 04711);
    assert_owner_and_mode("/opt/given/moved/link", 1000, 8, 0777);
    run_step("delete", "/opt/given");
}

static void mkdir_touch_truncate_delete(void **state)
{
    (void)state;
    run_step("mkdir", "/opt/a/b");
    assert_owner_and_mode("/opt/a/b", 0, 0, 0755);
    run_step("mkdir", "/opt/a/b");
    run_step("touch", "/opt/a/b/one.log");
    run_step("write", "/opt/a/b/two.log:text");
    run_step("touch", "/opt/a/b/keep");
    run_step("truncate", "/opt/a/b/two.log");
    assert_content("/opt/a/b/two.log", "");
    fails_with("truncate", "/opt/a/missing", "no such file");
    run_step("delete", "/opt/a/b/*.log");
    assert_int_equal(guestfs_exists(g, "/opt/a/b/one.log"), 0);
    assert_int_equal(guestfs_exists(g, "/opt/a/b/two.log"), 0);
    assert_int_equal(guestfs_exists(g, "/opt/a/b/keep"), 1);
    run_step("delete", "/opt/a");
    assert_int_equal(guestfs_exists(g, "/opt/a"), 0);
    run_step("delete", "/opt/a"); /* nothing is as good as deleted */
}

static void truncate_recursive_empties_files_only(void **state)
{
    (void)state;
    run_step("mkdir", "/opt/logs/deep");
    run_step("write", "/opt/logs/one:text");
    run_step("write", "/opt/logs/deep/two:text");
    run_step("write", "/opt/outside:text");
    run_step("link", "/opt/outside:/opt/logs/link");
    run_step("link", "/opt/logs:/opt/logs-link");
    run_step("truncate-recursive", "/opt/logs-link");
    assert_content("/opt/logs/one", "");
    assert_content("/opt/logs/deep/two", "");
    assert_content("/opt/outside", "text");
    fails_with("truncate-recursive", "/opt/missing", "/opt/missing");
}

static void copy_goes_where_cp_would_put_it(void **state)
{
    (void)state;
    run_step("mkdir", "/opt/from/sub");
    run_step("write", "/opt/from/sub/file:new");
    run_step("chown", "7:8:/opt/from/sub/file");
    run_step("chmod", "0640:/opt/from/sub/file");
    run_step("copy", "/opt/from:/opt/to");
    assert_content("/opt/to/sub/file", "new");
    assert_owner_and_mode("/opt/to/sub/file", 7, 8, 0640);
    run_step("write", "/opt/to/sub/mine:kept");
    run_step("write", "/opt/to/sub/file:old");
    run_step("mkdir", "/opt/parent");
    run_step("copy", "/opt/to:/opt/parent");          /* within the directory */
    run_step("copy", "/opt/from/sub:/opt/parent/to"); /* and into the one of that name */
    assert_content("/opt/parent/to/sub/file", "new");
    assert_content("/opt/parent/to/sub/mine", "kept");
    run_step("copy", "/opt/from/sub/file:/opt/single");
    assert_content("/opt/single", "new");
    fails_with("copy", "/opt/missing:/opt/x", "/opt/missing: no such file in");
    fails_with("copy", "/opt/from:/opt/from/sub", "within");
    fails_with("copy", "/opt/from/sub/file:/opt/from/sub", "is, or is within");
    run_step("mkdir", "/opt/clash/file");
    fails_with("copy", "/opt/from/sub/file:/opt/clash", "is a directory");
}

static void move_replaces_files_but_not_directories(void **state)
{
    (void)state;
    run_step("mkdir", "/opt/moved");
    run_step("write", "/opt/moving:text");
    run_step("write", "/opt/moved/moving:old");
    run_step("move", "/opt/moving:/opt/moved");
    assert_content("/opt/moved/moving", "text");
    assert_int_equal(guestfs_exists(g, "/opt/moving"), 0);
    run_step("move", "/opt/moved:/opt/renamed");
    assert_content("/opt/renamed/moving", "text");
    run_step("mkdir", "/opt/renamed/again/renamed");
    fails_with("move", "/opt/renamed:/opt/renamed/again", "within");
    fails_with("move", "/opt/missing:/opt/x", "/opt/missing");
    fails_with("move", "/opt/renamed:/opt/missing/x", "/opt/missing: no such directory in");
}

/* How many lines of the disk have TEXT: it is read past the file system and the memory. */
static int count_on_disk(const char *text)
{
    AUTO_FREE char *command =
        xasprintf("sh -c 'dd if=$0 iflag=direct bs=1M 2>/dev/null | grep -ac %s'", text);
    AUTO_FREE char *found = NULL;
    AUTO(error_free) struct error *err = NULL;
    int status;
    assert_int_equal(guestfs_sync(g), 0);
    assert_ok(appliance_run(guest, command, "/dev/sda1", &status, &found, &err) == 0, err);
    assert_in_range(status, 0, 1); /* grep(1)'s: found, not found */
    return atoi(found);
}

static void scrub_leaves_nothing_of_the_content(void **state)
{
    (void)state;
    run_step("write", "/opt/secret:SCRUB-ME-4711");
    run_step("link", "secret:/opt/secret-link");
    assert_int_not_equal(count_on_disk("SCRUB-ME-4711"), 0);
    run_step("scrub", "/opt/secret-link");
    assert_int_equal(count_on_disk("SCRUB-ME-4711"), 0);
    assert_int_equal(guestfs_exists(g, "/opt/secret"), 0);
    assert_int_equal(guestfs_is_symlink(g, "/opt/secret-link"), 0);
    fails_with("scrub", "/opt", "is a directory");
}

static void chmod_and_chown_take_numbers_and_the_guests_names(void **state)
{
    (void)state;
    run_step("touch", "/opt/owned");
    run_step("chmod", "4750:/opt/owned");
    assert_owner_and_mode("/opt/owned", 0, 0, 04750);
    run_step("chown", "7.8:/opt/owned");
    assert_owner_and_mode("/opt/owned", 7, 8, 0750);
    run_step("chown", "user:shadow:/opt/owned");
    assert_owner_and_mode("/opt/owned", 1000, 42, 0750);
    run_step("chown", "daemon:/opt/owned");
    assert_owner_and_mode("/opt/owned", 1, 42, 0750);
    fails_with("chown", "nosuch:/opt/owned", "no user \"nosuch\"");
    fails_with("chown", "0:nosuch:/opt/owned", "no group \"nosuch\"");
    fails_with("chmod", "644:/opt/missing", "/opt/missing");
}

static void links_replace_links_but_not_directories(void **state)
{
    (void)state;
    run_step("mkdir", "/opt/target");
    run_step("link", "target:/opt/one:/opt/two");
    assert_link("/opt/one", "target");
    assert_link("/opt/two", "target");
    run_step("link", "elsewhere:/opt/one"); /* not a link inside /opt/target */
    assert_link("/opt/one", "elsewhere");
    fails_with("link", "x:/opt/target", "linking /opt/target");
}

#endif
