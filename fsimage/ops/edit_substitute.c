/* SPDX-License-Identifier: Apache-2.0 */
/* s/PATTERN/REPLACEMENT/gimsx by PCRE2, in this process and on bytes, as perl does without locale.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "forge/base/strings.h"
#include "fsimage/ops/edit_command.h"

#include <ctype.h>
#include <pcre2.h>
#include <string.h>

/* The file is the guest's: a pattern that explodes on it ends with an error, within a second or so.
 */
enum { MATCH_LIMIT = 2000000 };

/* The replacement: literal bytes, then the text of a group (-1: none). */
struct piece {
    char *text;
    size_t length;
    int group;
};

struct substitute {
    struct edit_command base;
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
    struct piece *pieces;
    size_t count;
    bool global;
};

static void substitute_free(struct edit_command *command)
{
    struct substitute *substitute = container_of(command, struct substitute, base);
    pcre2_match_context_free(substitute->context);
    pcre2_match_data_free(substitute->match);
    pcre2_code_free(substitute->code);
    for (size_t i = 0; i < substitute->count; i++)
        free(substitute->pieces[i].text);
    free(substitute->pieces);
    free(substitute);
}

/* Perl would replace variables in a pattern; here there are none. */
static int check_variables(const char *pattern, struct error **err)
{
    for (const char *at = pattern; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '$' && (isalpha((unsigned char)at[1]) || at[1] == '_' || at[1] == '{'))
            return error_set(err, ERROR_USAGE,
                             "the pattern has a variable, \"%.10s\": write \\$ for a dollar sign",
                             at);
    }
    return 0;
}

static int compile_pattern(struct substitute *substitute, const struct edit_source *source,
                           struct error **err)
{
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
    for (const char *flag = source->flags; *flag; flag++) {
        options |= *flag == 'i' ? PCRE2_CASELESS : 0;
        options |= *flag == 'm' ? PCRE2_MULTILINE : 0;
        options |= *flag == 's' ? PCRE2_DOTALL : 0;
        options |= *flag == 'x' ? PCRE2_EXTENDED : 0;
        substitute->global |= *flag == 'g';
    }
    if (!*source->left)
        return error_set(err, ERROR_USAGE, "the pattern is empty");
    int code;
    PCRE2_SIZE offset;
    substitute->code = pcre2_compile((PCRE2_SPTR)source->left, PCRE2_ZERO_TERMINATED, options,
                                     &code, &offset, NULL);
    if (!substitute->code) {
        char message[256];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof(message));
        return error_set(err, ERROR_USAGE, "the pattern \"%s\", at character %zu: %s", source->left,
                         (size_t)offset + 1, message);
    }
    substitute->match = pcre2_match_data_create_from_pattern(substitute->code, NULL);
    substitute->context = pcre2_match_context_create(NULL);
    if (!substitute->match || !substitute->context)
        return error_set(err, ERROR_FAILED, "out of memory for a pattern");
    pcre2_set_match_limit(substitute->context, MATCH_LIMIT);
    return 0;
}

/* The group that $1, ${1}, $& or \1 names, *AT being moved from the sign over it; -1 for none of
 * these. */
static int read_group(const char **at)
{
    const char *name = *at + 1;
    bool dollar = **at == '$', braces = dollar && *name == '{';
    if (dollar && *name == '&') {
        *at += 2;
        return 0;
    }
    name += braces;
    size_t digits = strspn(name, "0123456789");
    if (!dollar && digits > 1)
        return -1; /* \10 may be octal in Perl */
    if (!digits || digits > 3 || *name == '0' || (braces && name[digits] != '}'))
        return -1;
    *at = name + digits + braces;
    return atoi(name);
}

static struct piece *add_piece(struct substitute *substitute)
{
    substitute->pieces =
        xrealloc(substitute->pieces, substitute->count + 1, sizeof(*substitute->pieces));
    struct piece *piece = &substitute->pieces[substitute->count++];
    *piece = (struct piece){ .group = -1 };
    return piece;
}

static int compile_replacement(struct substitute *substitute, const char *text, struct error **err)
{
    uint32_t groups = 0;
    pcre2_pattern_info(substitute->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    struct piece *piece = add_piece(substitute);
    piece->text = xcalloc(strlen(text) + 1, 1);
    for (const char *at = text; *at;) {
        const char *from = at;
        bool variable = *at == '$';
        int group = variable || *at == '\\' ? read_group(&at) : -1;
        int c = (unsigned char)*at;
        if (group > (int)groups)
            return error_set(err, ERROR_USAGE, "the pattern has no group %d", group);
        if (group >= 0) {
            piece->group = group;
            piece = add_piece(substitute);
            piece->text = xcalloc(strlen(at) + 1, 1);
            continue;
        }
        at++;
        if (*from == '\\' && *at)
            c = edit_escape(&at);
        if (variable || c < 0)
            return error_set(
                err, ERROR_USAGE,
                "\"%.2s\" in the replacement is not available: there are $1, ${1}, $&, "
                "\\n, \\t, \\xHH, and \\$ for a dollar sign",
                from);
        piece->text[piece->length++] = (char)c;
    }
    return 0;
}

static void write_replacement(const struct substitute *substitute, const char *line,
                              const PCRE2_SIZE *ends, int matched, FILE *out)
{
    for (size_t i = 0; i < substitute->count; i++) {
        const struct piece *piece = &substitute->pieces[i];
        fwrite(piece->text, 1, piece->length, out);
        if (piece->group < 0 || piece->group >= matched || ends[2 * piece->group] == PCRE2_UNSET)
            continue; /* a group that took no part is empty */
        PCRE2_SIZE from = ends[2 * piece->group], to = ends[2 * piece->group + 1];
        if (to > from)
            fwrite(line + from, 1, to - from, out);
    }
}

static int substitute_apply(const struct edit_command *command, const char *line, size_t length,
                            FILE *out, struct error **err)
{
    const struct substitute *substitute =
        container_of((struct edit_command *)command, struct substitute, base);
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(substitute->match);
    size_t at = 0, written = 0;
    uint32_t options = 0;
    while (at <= length) {
        int matched = pcre2_match(substitute->code, (PCRE2_SPTR)line, length, at, options,
                                  substitute->match, substitute->context);
        if (matched == PCRE2_ERROR_NOMATCH && !options)
            break;
        if (matched == PCRE2_ERROR_NOMATCH) { /* nothing more behind an empty match: go on */
            options = 0;
            at++;
            continue;
        }
        if (matched < 0)
            return error_set(err, ERROR_GUEST, "the pattern takes too long on this text");
        if (ends[0] > ends[1] || ends[0] < written)
            return error_set(err, ERROR_USAGE, "the pattern matches backwards (\\K)");
        fwrite(line + written, 1, ends[0] - written, out);
        write_replacement(substitute, line, ends, matched, out);
        written = at = ends[1];
        /* As Perl has it: an empty match is not found twice at one place. */
        options = ends[0] == ends[1] ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0;
        if (!substitute->global)
            break;
    }
    fwrite(line + written, 1, length - written, out);
    return 0;
}

static const struct edit_command_ops substitute_ops = { .apply = substitute_apply,
                                                        .free = substitute_free };

struct edit_command *edit_substitute_new(const struct edit_source *source, struct error **err)
{
    struct substitute *substitute = NEW(struct substitute);
    substitute->base.ops = &substitute_ops;
    if (check_variables(source->left, err) || compile_pattern(substitute, source, err) ||
        compile_replacement(substitute, source->right, err)) {
        substitute_free(&substitute->base);
        return NULL;
    }
    return &substitute->base;
}
