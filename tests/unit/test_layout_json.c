/* SPDX-License-Identifier: Apache-2.0 */
/* Reports tell the disk in the words of the options that asked for it. */
#include "forge/build/layout_json.h"
#include "tests/unit/check.h"

static void wishes_are_told_in_the_words_of_the_options(void **state)
{
    (void)state;
    static const struct layout_rule rules[] = { { TREE_INCLUDE, "/a" }, { TREE_EXCLUDE, "/*" } };
    static const struct {
        struct layout_request request;
        const char *expected;
    } rows[] = {
        { { .layout = DISK_KEEP, .mask_free = true }, "null" },
        { { .layout = DISK_KEEP, .size_kind = LAYOUT_FREE, .size = 1 << 20 },
          "{'layout': 'keep', 'efi': false, 'size': '+1048576', 'fs': null, 'fstab': 'keep', "
          "'rules': []}" },
        { { .layout = DISK_ROOTFS, .fstab = LAYOUT_FSTAB_LEGACY },
          "{'layout': 'rootfs', 'efi': false, 'size': null, 'fs': null, 'fstab': 'legacy', "
          "'rules': []}" },
        { { .layout = DISK_MBR, .size_kind = LAYOUT_MIN, .fstab = LAYOUT_FSTAB_DEFAULT },
          "{'layout': 'mbr', 'efi': false, 'size': 'min', 'fs': null, 'fstab': 'default', "
          "'rules': []}" },
        { { .layout = DISK_GPT,
            .efi = true,
            .size_kind = LAYOUT_EXACT,
            .size = INT64_C(10) << 30,
            .type = EXT_3,
            .fstab = LAYOUT_FSTAB_TEXT,
            .rules = rules,
            .rule_count = ARRAY_SIZE(rules) },
          "{'layout': 'gpt', 'efi': true, 'size': '10737418240', 'fs': 'ext3', 'fstab': 'file', "
          "'rules': [{'rule': 'include', 'pattern': '/a'}, {'rule': 'exclude', 'pattern': "
          "'/*'}]}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(json_decref) json_t *told = layout_json(&rows[i].request);
        AUTO_FREE char *text = json_dumps(told, JSON_ENCODE_ANY);
        assert_non_null(text);
        for (char *at = text; *at; at++)
            *at = *at == '"' ? '\'' : *at;
        assert_string_equal(text, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wishes_are_told_in_the_words_of_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
