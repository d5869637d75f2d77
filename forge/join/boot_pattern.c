/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns by PCRE2, ours and the user's, matched against what a guest prints. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "forge/base/memory.h"
#include "forge/join/boot_signs.h"

#include <pcre2.h>
#include <string.h>

/* The line is the guest's: a pattern that explodes on it does not match. */
enum { MATCH_LIMIT = 100000 };

struct boot_pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
};

struct boot_matcher {
    struct boot_pattern **patterns; /* as the rows of the table */
    size_t count;
};

struct boot_pattern *boot_pattern_compile(const char *text, struct error **err)
{
    AUTO(boot_pattern_free) struct boot_pattern *pattern = NEW(struct boot_pattern);
    int code;
    PCRE2_SIZE offset;
    pattern->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                  PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);
    if (!pattern->code) {
        char message[256];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof(message));
        error_set(err, ERROR_USAGE, "the pattern \"%s\", at character %zu: %s", text,
                  (size_t)offset + 1, message);
        return NULL;
    }
    pattern->match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    pattern->context = pcre2_match_context_create(NULL);
    if (!pattern->match || !pattern->context) {
        error_set(err, ERROR_FAILED, "out of memory for a pattern");
        return NULL;
    }
    pcre2_set_match_limit(pattern->context, MATCH_LIMIT);
    return STEAL(pattern);
}

bool boot_pattern_matches(const struct boot_pattern *pattern, const char *line)
{
    return pcre2_match(pattern->code, (PCRE2_SPTR)line, strlen(line), 0, 0, pattern->match,
                       pattern->context) >= 0;
}

void boot_pattern_free(struct boot_pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->match);
    pcre2_code_free(pattern->code);
    free(pattern);
}

struct boot_matcher *boot_matcher_new(struct error **err)
{
    AUTO(boot_matcher_free) struct boot_matcher *matcher = NEW(struct boot_matcher);
    size_t rows = 0;
    while (boot_signs[rows].name)
        rows++;
    matcher->patterns = xcalloc(rows, sizeof(*matcher->patterns));
    for (; matcher->count < rows; matcher->count++) {
        struct boot_pattern *pattern =
            boot_pattern_compile(boot_signs[matcher->count].pattern, err);
        if (!pattern)
            return NULL;
        matcher->patterns[matcher->count] = pattern;
    }
    return STEAL(matcher);
}

const struct boot_sign *boot_matcher_find(const struct boot_matcher *matcher, const char *line,
                                          bool complete)
{
    for (size_t i = 0; i < matcher->count; i++)
        if ((complete || strchr(boot_signs[i].pattern, '$')) &&
            boot_pattern_matches(matcher->patterns[i], line))
            return &boot_signs[i];
    return NULL;
}

void boot_matcher_free(struct boot_matcher *matcher)
{
    if (!matcher)
        return;
    for (size_t i = 0; i < matcher->count; i++)
        boot_pattern_free(matcher->patterns[i]);
    free(matcher->patterns);
    free(matcher);
}
