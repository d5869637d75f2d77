/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the commands in an edit expression, and running them line after line. */
#include "fsimage/ops/edit_expression.h"
#include "forge/base/strings.h"
#include "fsimage/ops/edit_command.h"

#include <ctype.h>
#include <string.h>

struct edit_expression {
    struct edit_command *first;
};

/* Flags that Perl knows, and those that need perl itself. */
struct command_kind {
    const char *name;
    const char *flags; /* ours */
    const char *perl_flags;
    struct edit_command *(*make)(const struct edit_source *source, struct error **err);
};

static const struct command_kind kinds[] = {
    { "s", "gimsx", "gimsxadeluncorp", edit_substitute_new },
    { "y", "cds", "cdsr", edit_transliterate_new },
    { "tr", "cds", "cdsr", edit_transliterate_new },
};

int edit_escape(const char **at)
{
    static const char letters[] = "ntrfae0", values[] = "\n\t\r\f\a\033";
    unsigned char c = (unsigned char)**at;
    const char *found = c ? strchr(letters, c) : NULL;
    if (c == 'x') {
        const char *digits = *at + 1;
        bool braces = *digits == '{';
        digits += braces;
        size_t count = strspn(digits, "0123456789abcdefABCDEF");
        if (!braces && count > 2)
            count = 2;
        if (!count || count > 2 || (braces && digits[count] != '}'))
            return -1;
        AUTO_FREE char *number = xstrndup(digits, count);
        *at = digits + count + braces;
        return (int)strtol(number, NULL, 16);
    }
    if (!found && (!c || isalnum(c)))
        return -1;
    if (c == '0' && isdigit((unsigned char)(*at)[1]))
        return -1; /* octal */
    (*at)++;
    return found ? (unsigned char)values[found - letters] : c;
}

static const char *skip_blank(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static const struct command_kind *find_kind(const char **at)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (!starts_with(*at, kinds[i].name))
            continue;
        const char *behind = *at + strlen(kinds[i].name);
        const char *delimiter = skip_blank(behind);
        /* Perl takes what is in single quotes without escapes; behind a blank, "#" begins a comment
         * and other signs make the letter a name. */
        if (!ispunct((unsigned char)*delimiter) || strchr("_'", *delimiter) ||
            (delimiter > behind && strchr("#=,;)", *delimiter)))
            continue;
        *at = delimiter;
        return &kinds[i];
    }
    return NULL;
}

/* What stands between the delimiter at *AT and its partner; owned, *AT is moved behind. Escapes
 * stay as they are, but a backslash that only hides the delimiter goes, as in Perl: s|a\|b|x| has
 * an alternative. Brackets nest and keep theirs. NULL when the partner is missing. */
static char *read_delimited(const char **at)
{
    static const char brackets[] = "()[]{}<>";
    char open = **at;
    const char *bracket = strchr("([{<", open);
    char close = bracket ? strchr(brackets, open)[1] : open;
    AUTO_FREE char *text = xcalloc(strlen(*at) + 1, 1);
    size_t length = 0;
    unsigned depth = 1;
    for (const char *c = *at + 1; *c; c++) {
        if (*c == '\\' && c[1]) {
            c++;
            if (bracket || *c != close)
                text[length++] = '\\';
        } else if (*c == close && --depth == 0) {
            *at = c + 1;
            return STEAL(text);
        } else if (*c == open) {
            depth++;
        }
        text[length++] = *c;
    }
    return NULL;
}

static void source_clear(struct edit_source *source)
{
    free(source->left);
    free(source->right);
    free(source->flags);
}

/* Both parts and the flags, from the first delimiter at *AT on. */
static int read_source(const char **at, struct edit_source *source, struct error **err)
{
    const char *delimiter = *at;
    bool brackets = strchr("([{<", *delimiter);
    source->left = read_delimited(at);
    if (source->left) {
        if (brackets)
            *at = skip_blank(*at);
        else
            (*at)--; /* one delimiter ends the first part and begins the second */
        if (**at && !isalnum((unsigned char)**at))
            source->right = read_delimited(at);
    }
    if (!source->right)
        return error_set(err, ERROR_USAGE, "the expression has no closing \"%c\"", *delimiter);
    size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    source->flags = xstrndup(*at, length);
    *at += length;
    return 0;
}

/* 0: ours; 1: perl has to do it; -1: nobody can. */
static int judge_flags(const struct command_kind *kind, const char *flags, struct error **err)
{
    int verdict = 0;
    for (const char *flag = flags; *flag; flag++) {
        if (!strchr(kind->perl_flags, *flag))
            return error_set(err, ERROR_USAGE, "%s/// has no flag \"%c\"", kind->name, *flag);
        if (!strchr(kind->flags, *flag))
            verdict = 1;
    }
    return verdict;
}

/* The next command, appended at *END: 0; 1: the text is other Perl; -1. */
static int read_command(const char **at, struct edit_command **end, struct error **err)
{
    const struct command_kind *kind = find_kind(at);
    if (!kind)
        return 1;
    __attribute__((cleanup(source_clear))) struct edit_source source = { 0 };
    if (read_source(at, &source, err))
        return -1;
    int verdict = judge_flags(kind, source.flags, err);
    if (verdict)
        return verdict;
    *at = skip_blank(*at);
    if (**at && **at != ';')
        return 1; /* "if ...", "or ..." */
    *end = kind->make(&source, err);
    return *end ? 0 : -1;
}

int edit_expression_compile(const char *text, struct edit_expression **expression,
                            struct error **err)
{
    AUTO(edit_expression_free) struct edit_expression *result = NEW(struct edit_expression);
    struct edit_command **end = &result->first;
    *expression = NULL;
    for (const char *at = text; at += strspn(at, "; \t\r\n"), *at;) {
        int verdict = read_command(&at, end, err);
        if (verdict)
            return verdict < 0 ? -1 : 0;
        end = &(*end)->next;
    }
    if (!result->first)
        return error_set(err, ERROR_USAGE, "the expression is empty");
    *expression = STEAL(result);
    return 0;
}

/* All commands, one after the other, on one line; the result goes to OUT. */
static int apply_to_line(const struct edit_expression *expression, const char *line, size_t length,
                         FILE *out, struct error **err)
{
    AUTO_FREE char *held = NULL;
    for (const struct edit_command *command = expression->first; command; command = command->next) {
        if (!command->next)
            return command->ops->apply(command, line, length, out, err);
        char *changed = NULL;
        size_t changed_length = 0;
        FILE *stream = open_memstream(&changed, &changed_length);
        if (!stream)
            return error_set_errno(err, "editing a line");
        int result = command->ops->apply(command, line, length, stream, err);
        fclose(stream);
        free(held);
        line = held = changed;
        length = changed_length;
        if (result)
            return -1;
    }
    return 0;
}

char *edit_expression_apply(const struct edit_expression *expression, const char *text,
                            size_t length, size_t *result_length, struct error **err)
{
    char *result = NULL;
    FILE *out = open_memstream(&result, result_length);
    if (!out) {
        error_set_errno(err, "editing a text");
        return NULL;
    }
    int failed = 0;
    size_t number = 1;
    for (const char *line = text; !failed && line < text + length; number++) {
        size_t left = length - (size_t)(line - text);
        const char *newline = memchr(line, '\n', left);
        size_t line_length = newline ? (size_t)(newline + 1 - line) : left;
        failed = apply_to_line(expression, line, line_length, out, err);
        if (failed)
            error_wrap(err, "line %zu", number);
        line += line_length;
    }
    if (fclose(out) && !failed)
        failed = error_set_errno(err, "editing a text");
    if (failed) {
        free(result);
        return NULL;
    }
    return result;
}

void edit_expression_free(struct edit_expression *expression)
{
    if (!expression)
        return;
    for (struct edit_command *command = expression->first, *next; command; command = next) {
        next = command->next;
        command->ops->free(command);
    }
    free(expression);
}
