/* SPDX-License-Identifier: Apache-2.0 */
/* Rsync's patterns: a list of tokens, matched by following all ways through it at once, so that no
 * pattern takes more than its length times the path's. */
#include "fsimage/tree/path_pattern.h"
#include "forge/base/memory.h"

#include <ctype.h>
#include <string.h>

/* CHARACTER takes one that is in the set; stars take any number: within a component, or across. */
enum token_kind { CHARACTER, STAR, STARS };

struct path_token {
    enum token_kind kind;
    unsigned char set[32]; /* a bit for each byte */
};

static void allow(struct path_token *token, int byte)
{
    token->set[byte / 8] |= (unsigned char)(1 << byte % 8);
}

static bool allows(const struct path_token *token, int byte)
{
    return token->set[byte / 8] >> byte % 8 & 1;
}

static struct path_token *add_token(struct path_pattern *pattern, enum token_kind kind)
{
    pattern->tokens = xrealloc(pattern->tokens, pattern->count + 1, sizeof(struct path_token));
    struct path_token *token = &pattern->tokens[pattern->count++];
    *token = (struct path_token){ .kind = kind };
    return token;
}

/* "[:alpha:]" at *TEXT, which is moved behind it. */
static bool add_class(struct path_token *token, const char **text)
{
    static const struct {
        const char *name;
        int (*contains)(int byte);
    } classes[] = {
        { "[:alnum:]", isalnum }, { "[:alpha:]", isalpha }, { "[:blank:]", isblank },
        { "[:cntrl:]", iscntrl }, { "[:digit:]", isdigit }, { "[:graph:]", isgraph },
        { "[:lower:]", islower }, { "[:print:]", isprint }, { "[:punct:]", ispunct },
        { "[:space:]", isspace }, { "[:upper:]", isupper }, { "[:xdigit:]", isxdigit },
    };
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
        size_t length = strlen(classes[i].name);
        if (strncmp(*text, classes[i].name, length) != 0)
            continue;
        for (int byte = 0; byte < 256; byte++) {
            if (classes[i].contains(byte))
                allow(token, byte);
        }
        *text += length;
        return true;
    }
    return false;
}

/* The set behind "[" at TEXT: where it ends, or NULL. */
static const char *parse_set(const char *text, struct path_token *token)
{
    bool inverted = *text == '!' || *text == '^';
    text += inverted;
    for (bool first = true; first || *text != ']'; first = false) {
        if (*text == '[' && add_class(token, &text))
            continue;
        if (*text == '\\' && text[1])
            text++;
        if (!*text)
            return NULL;
        int from = (unsigned char)*text++, to = from;
        if (*text == '-' && text[1] && text[1] != ']') {
            text += text[1] == '\\' && text[2] ? 2 : 1;
            to = (unsigned char)*text++;
        }
        for (int byte = from; byte <= to; byte++)
            allow(token, byte);
    }
    for (size_t i = 0; inverted && i < sizeof(token->set); i++)
        token->set[i] = (unsigned char)~token->set[i];
    token->set['/' / 8] &= (unsigned char)~(1 << '/' % 8);
    return text + 1;
}

/* One token at TEXT: where the next begins, or NULL. A backslash is one where nothing is wild. */
static const char *parse_token(const char *text, bool wild, struct path_pattern *pattern)
{
    size_t stars = wild ? strspn(text, "*") : 0;
    if (stars) {
        pattern->crosses |= stars > 1;
        pattern->crosses_first |= stars > 1 && pattern->count == 0;
        add_token(pattern, stars > 1 ? STARS : STAR);
        return text + stars;
    }
    struct path_token *token = add_token(pattern, CHARACTER);
    if (wild && *text == '[')
        return parse_set(text + 1, token);
    if (wild && *text == '?') {
        memset(token->set, 0xff, sizeof(token->set));
        token->set['/' / 8] &= (unsigned char)~(1 << '/' % 8);
        return text + 1;
    }
    if (wild && *text == '\\' && text[1])
        text++;
    pattern->slashes += *text == '/';
    allow(token, (unsigned char)*text);
    return text + 1;
}

int path_pattern_parse(const char *text, struct path_pattern *pattern, struct error **err)
{
    *pattern = (struct path_pattern){ 0 };
    size_t length = strlen(text);
    if (!length)
        return error_set(err, ERROR_USAGE, "a pattern of file names is empty");
    pattern->directory = length > 1 && text[length - 1] == '/';
    AUTO_FREE char *inner = xstrndup(text, length - pattern->directory);
    pattern->anchored = *inner == '/';
    length = strlen(inner);
    pattern->contents = length > 4 && strcmp(inner + length - 4, "/***") == 0;
    bool wild = strpbrk(inner, "*?[");
    const char *at = inner + pattern->anchored;
    while (at && *at)
        at = parse_token(at, wild, pattern);
    if (at)
        return 0;
    path_pattern_clear(pattern);
    return error_set(err, ERROR_USAGE, "the pattern \"%s\" has a \"[\" without its \"]\"", text);
}

void path_pattern_clear(struct path_pattern *pattern)
{
    free(pattern->tokens);
    *pattern = (struct path_pattern){ 0 };
}

/* Stars may take nothing: what can be reached at I can be reached behind them. */
static void reach(const struct path_pattern *pattern, bool *reached, size_t i)
{
    for (; !reached[i]; i++) {
        reached[i] = true;
        if (i == pattern->count || pattern->tokens[i].kind == CHARACTER)
            return;
    }
}

/* Whether the tokens take all of TEXT, then MORE. */
static bool matches_all(const struct path_pattern *pattern, const char *text, const char *more)
{
    size_t states = pattern->count + 1;
    AUTO_FREE bool *now = xcalloc(states, sizeof(bool)), *next = xcalloc(states, sizeof(bool));
    reach(pattern, now, 0);
    for (;; text++) {
        if (!*text) {
            text = more;
            more = "";
        }
        if (!*text)
            return now[pattern->count];
        memset(next, 0, states * sizeof(bool));
        for (size_t i = 0; i < pattern->count; i++) {
            const struct path_token *token = &pattern->tokens[i];
            if (!now[i])
                continue;
            if (token->kind == CHARACTER && allows(token, (unsigned char)*text))
                reach(pattern, next, i + 1);
            else if (token->kind == STARS || (token->kind == STAR && *text != '/'))
                reach(pattern, next, i);
        }
        bool *swap = now;
        now = next;
        next = swap;
    }
}

/* The last COUNT components of PATH, NULL when it has fewer. */
static const char *last_components(const char *path, size_t count)
{
    const char *at = path + strlen(path);
    while (at > path) {
        if (at[-1] == '/' && --count == 0)
            return at;
        at--;
    }
    return count == 1 ? path : NULL;
}

bool path_pattern_matches(const struct path_pattern *pattern, const char *path, bool directory)
{
    if (pattern->directory && !directory)
        return false;
    /* "a", a slash and three stars are to match the directory "a" as well. */
    const char *more = pattern->contents && directory ? "/" : "";
    if (pattern->anchored)
        return matches_all(pattern, path, more);
    if (!pattern->crosses) {
        const char *end = last_components(path, pattern->slashes + 1);
        return end && matches_all(pattern, end, more);
    }
    if (pattern->crosses_first) {
        /* "**" and a slash may match at the very begin. */
        AUTO_FREE char *rooted = xasprintf("/%s", path);
        return matches_all(pattern, path, more) || matches_all(pattern, rooted, more);
    }
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        if (matches_all(pattern, at, more))
            return true;
    }
    return false;
}
