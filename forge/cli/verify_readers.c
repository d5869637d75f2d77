/* SPDX-License-Identifier: Apache-2.0 */
/* Findings of the clouds' readers, shown. */
#include "forge/cli/verify_readers.h"
#include "forge/cli/report.h"

static const char *const severity_names[] = {
    [RULE_WARNING] = "warning",
    [RULE_ERROR] = "error",
};

int verify_readers_parse(const struct string_list *names, unsigned *readers, struct error **err)
{
    *readers = 0;
    for (size_t i = 0; i < names->count; i++) {
        enum bundle_reader reader;
        if (bundle_reader_parse(names->items[i], &reader, err))
            return error_wrap(err, "--for");
        *readers |= reader;
    }
    return 0;
}

/* The names of the readers in SET, as an array. */
static json_t *names_json(unsigned set)
{
    json_t *names = json_array();
    for (unsigned reader = 1; reader <= set; reader <<= 1)
        if (set & reader)
            json_array_append_new(names,
                                  json_string(bundle_reader_name((enum bundle_reader)reader)));
    return names;
}

static char *names_text(unsigned set)
{
    char *text = xstrdup("");
    for (unsigned reader = 1; reader <= set; reader <<= 1) {
        if (!(set & reader))
            continue;
        char *longer = xasprintf("%s%s%s", text, *text ? ", " : "",
                                 bundle_reader_name((enum bundle_reader)reader));
        free(text);
        text = longer;
    }
    return text;
}

void verify_readers_print(const struct reader_findings *findings, unsigned readers)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct reader_rule *rule = findings->items[i].rule;
        AUTO_FREE char *names = names_text(rule->readers & readers);
        AUTO_FREE char *message = printable(findings->items[i].message);
        printf("  %s for %s: %s: %s\n", severity_names[rule->severity], names, rule->name, message);
        printf("      -> %s\n", rule->remedy);
    }
}

json_t *verify_readers_json(const struct reader_findings *findings, unsigned readers)
{
    json_t *array = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct reader_rule *rule = findings->items[i].rule;
        json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:o, s:s}", "rule", rule->name,
                                               "severity", severity_names[rule->severity],
                                               "readers", names_json(rule->readers & readers),
                                               "message", json_text(findings->items[i].message),
                                               "remedy", rule->remedy));
    }
    return array;
}
