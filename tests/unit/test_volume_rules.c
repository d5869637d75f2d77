/* SPDX-License-Identifier: Apache-2.0 */
/* ec2-bundle-vol's excludes, as they leave out and keep. */
#include "forge/compat/volume_rules.h"
#include "tests/unit/check.h"

/* Whether RULES want PATH, which is a directory when a slash ends it, and all above it. */
static bool wants(const struct volume_rules *rules, const char *path)
{
    struct error *err = NULL;
    AUTO(tree_filter_free) struct tree_filter *filter = tree_filter_new();
    for (size_t i = 0; i < rules->count; i++)
        assert_ok(tree_filter_add(filter, rules->items[i].kind, rules->items[i].pattern, &err) == 0,
                  err);
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        AUTO_FREE char *above = xstrndup(path, (size_t)(slash - path));
        if (!tree_filter_wants(filter, above, true))
            return false;
    }
    return ends_with(path, "/") || tree_filter_wants(filter, path, false);
}

static void special_directories_stay_empty(void **state)
{
    (void)state;
    struct volume_rules rules = { 0 };
    volume_rules_exclude_special(&rules);
    static const char *const tops[] = { "dev", "media", "mnt", "proc", "sys" };
    for (size_t i = 0; i < ARRAY_SIZE(tops); i++) {
        AUTO_FREE char *directory = xasprintf("%s/", tops[i]);
        AUTO_FREE char *file = xasprintf("%s/file", tops[i]);
        AUTO_FREE char *hidden = xasprintf("%s/.hidden/", tops[i]);
        AUTO_FREE char *elsewhere = xasprintf("srv/%s/file", tops[i]);
        assert_true(wants(&rules, directory));
        assert_false(wants(&rules, file));
        assert_false(wants(&rules, hidden));
        assert_true(wants(&rules, elsewhere));
    }
    assert_true(wants(&rules, "device"));
    assert_int_equal(rules.excluded.count, 5);
    volume_rules_clear(&rules);
}

static void excluded_directories_go_unless_at_the_top(void **state)
{
    (void)state;
    struct volume_rules rules = { 0 };
    volume_rules_include(&rules, "tmp/keep");
    volume_rules_include(&rules, "/home/u/id_rsa");
    volume_rules_exclude(&rules, "/tmp/");
    volume_rules_exclude(&rules, "home/u/cache");
    volume_rules_exclude(&rules, "/var/log/*.gz");
    volume_rules_exclude(&rules, "/a\\b");
    volume_rules_exclude(&rules, "/swap*");
    volume_rules_add_filter(&rules);
    assert_true(wants(&rules, "tmp/"));
    assert_false(wants(&rules, "tmp/x"));
    assert_true(wants(&rules, "tmp/keep"));
    assert_false(wants(&rules, "home/u/cache/"));
    assert_true(wants(&rules, "srv/home/u/cache/x"));
    assert_false(wants(&rules, "var/log/a.gz"));
    assert_true(wants(&rules, "var/log/a"));
    assert_false(wants(&rules, "a\\b"));
    assert_false(wants(&rules, "a\\b/x"));
    assert_true(wants(&rules, "a\\b/"));
    assert_false(wants(&rules, "swapfile"));
    assert_true(wants(&rules, "home/u/id_rsa"));
    assert_false(wants(&rules, "home/v/id_rsa.bak"));
    assert_false(wants(&rules, "root/.ssh/authorized_keys"));
    assert_false(wants(&rules, "etc/ssl/a.pem"));
    volume_rules_clear(&rules);
}

static void other_file_systems_stay_outside(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        { "/", "ext4" },         { "/home", "xfs" },        { "/srv/b", "btrfs" },
        { "/run", "tmpfs" },     { "/srv/n", "nfs4" },      { "/srv/auto", "autofs" },
        { "/srv/auto", "ext2" }, { "/srv/over", "ext4" },   { "/srv/over", "fuse" },
        { "/boot/efi", "vfat" }, { "/srv/w [1]*", "cifs" },
    };
    struct local_mount items[ARRAY_SIZE(table)] = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        items[i] =
            (struct local_mount){ .point = (char *)table[i][0], .type = (char *)table[i][1] };
    const struct local_mounts mounts = { items, ARRAY_SIZE(items) };
    struct volume_rules rules = { 0 };
    volume_rules_exclude_mounts(&rules, "/", &mounts);
    static const char *const kept[] = { "home/x",    "srv/b/x",     "run/",
                                        "srv/n/",    "srv/auto/x",  "srv/over/",
                                        "boot/efi/", "srv/w [1]*/", "srv/w 1x/x" };
    static const char *const gone[] = { "run/x", "srv/n/x", "srv/over/x", "boot/efi/x",
                                        "srv/w [1]*/x" };
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
        assert_true(wants(&rules, kept[i]));
    for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
        assert_false(wants(&rules, gone[i]));
    volume_rules_clear(&rules);

    volume_rules_exclude_mounts(&rules, "/srv", &mounts);
    assert_int_equal(rules.excluded.count, 3);
    assert_false(wants(&rules, "n/x"));
    assert_true(wants(&rules, "run/x"));
    volume_rules_clear(&rules);
}

static void what_a_run_writes_is_not_read(void **state)
{
    (void)state;
    struct volume_rules rules = { 0 };
    volume_rules_exclude_output(&rules, "/srv/root", "/srv/root/tmp", "im[a]ge");
    assert_false(wants(&rules, "tmp/im[a]ge"));
    assert_false(wants(&rules, "tmp/im[a]ge.part.0"));
    assert_false(wants(&rules, "tmp/im[a]ge.manifest.xml"));
    assert_false(wants(&rules, "tmp/.forge-abc/"));
    assert_true(wants(&rules, "tmp/image"));
    assert_true(wants(&rules, "tmp/im[a]ge.x"));
    volume_rules_clear(&rules);
    volume_rules_exclude_output(&rules, "/srv/root", "/srv/rooter", "image");
    assert_int_equal(rules.count, 0);
    volume_rules_exclude_output(&rules, "/", "/", "image");
    assert_false(wants(&rules, "image"));
    volume_rules_clear(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_directories_stay_empty),
        cmocka_unit_test(excluded_directories_go_unless_at_the_top),
        cmocka_unit_test(other_file_systems_stay_outside),
        cmocka_unit_test(what_a_run_writes_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
