/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of nodes from libyaml's events, which tell what its document interface hides: aliases. */
#include "forge/build/recipe_yaml.h"
#include "forge/base/memory.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

enum { SIZE_LIMIT = 1 << 20, DEPTH_LIMIT = 32 };

struct reader {
    const char *path;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    bool has_event;
};

static int refuse(const struct reader *reader, yaml_mark_t mark, struct error **err,
                  const char *what)
{
    return error_set(err, ERROR_USAGE, "%s:%zu:%zu: %s", reader->path, mark.line + 1,
                     mark.column + 1, what);
}

static int parser_error(const struct reader *reader, struct error **err)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "out of memory";
    if (parser->error != YAML_READER_ERROR)
        return refuse(reader, parser->problem_mark, err, problem);
    /* The bytes are no text: there is no line yet. */
    return error_set(err, ERROR_USAGE, "%s:%zu:%zu: %s, at byte %zu", reader->path,
                     parser->mark.line + 1, parser->mark.column + 1, problem,
                     parser->problem_offset);
}

static int next_event(struct reader *reader, struct error **err)
{
    if (reader->has_event)
        yaml_event_delete(&reader->event);
    reader->has_event = yaml_parser_parse(&reader->parser, &reader->event);
    return reader->has_event ? 0 : parser_error(reader, err);
}

static void reader_clear(struct reader *reader)
{
    if (reader->has_event)
        yaml_event_delete(&reader->event);
    yaml_parser_delete(&reader->parser);
}

void recipe_node_free(struct recipe_node *node)
{
    if (!node)
        return;
    for (size_t i = 0; i < node->count; i++)
        recipe_node_free(node->children[i]);
    if (node->text) /* it may be a password */
        explicit_bzero(node->text, strlen(node->text));
    free(node->text);
    free(node->children);
    free(node);
}

static struct recipe_node *node_new(const struct reader *reader, enum recipe_node_kind kind)
{
    struct recipe_node *node = NEW(struct recipe_node);
    node->kind = kind;
    node->line = reader->event.start_mark.line + 1;
    node->column = reader->event.start_mark.column + 1;
    return node;
}

/* TAG of the node at hand asks for what we do not do: "!!binary", "!include". */
static int check_properties(const struct reader *reader, const yaml_char_t *anchor,
                            const yaml_char_t *tag, struct error **err)
{
    if (anchor)
        return refuse(reader, reader->event.start_mark, err, "anchors are not available");
    if (tag)
        return refuse(reader, reader->event.start_mark, err, "tags are not available");
    return 0;
}

static struct recipe_node *read_scalar(const struct reader *reader, struct error **err)
{
    const char *text = (const char *)reader->event.data.scalar.value;
    size_t length = reader->event.data.scalar.length;
    if (check_properties(reader, reader->event.data.scalar.anchor, reader->event.data.scalar.tag,
                         err))
        return NULL;
    if (memchr(text, '\0', length)) {
        refuse(reader, reader->event.start_mark, err, "the text has a NUL character");
        return NULL;
    }
    struct recipe_node *node = node_new(reader, RECIPE_SCALAR);
    node->text = xstrndup(text, length);
    node->plain = reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return node;
}

/* NODE, about to become the key at the end of MAPPING, is a text that is not there yet. */
static int check_key(const struct reader *reader, const struct recipe_node *mapping,
                     const struct recipe_node *node, struct error **err)
{
    if (node->kind != RECIPE_SCALAR || recipe_node_is_null(node))
        return error_set(err, ERROR_USAGE, "%s:%zu:%zu: a key is a word", reader->path, node->line,
                         node->column);
    const struct recipe_node *twin = NULL;
    for (size_t i = 0; i + 1 < mapping->count && !twin; i += 2)
        if (strcmp(mapping->children[i]->text, node->text) == 0)
            twin = mapping->children[i];
    if (twin)
        return error_set(err, ERROR_USAGE, "%s:%zu:%zu: the key \"%s\" is already in line %zu",
                         reader->path, node->line, node->column, node->text, twin->line);
    return 0;
}

static struct recipe_node *read_node(struct reader *reader, unsigned depth, struct error **err);

/* The nodes up to the event END, as children of a node of KIND. */
static struct recipe_node *read_children(struct reader *reader, enum recipe_node_kind kind,
                                         yaml_event_type_t end, unsigned depth, struct error **err)
{
    AUTO(recipe_node_free) struct recipe_node *node = node_new(reader, kind);
    if (depth == DEPTH_LIMIT) {
        refuse(reader, reader->event.start_mark, err, "too many levels");
        return NULL;
    }
    size_t capacity = 0;
    for (;;) {
        if (next_event(reader, err))
            return NULL;
        if (reader->event.type == end)
            return STEAL(node);
        AUTO(recipe_node_free) struct recipe_node *child = read_node(reader, depth + 1, err);
        if (!child)
            return NULL;
        bool is_key = kind == RECIPE_MAPPING && node->count % 2 == 0;
        if (is_key && check_key(reader, node, child, err))
            return NULL;
        if (node->count == capacity) {
            capacity = capacity ? 2 * capacity : 8;
            node->children = xrealloc(node->children, capacity, sizeof(struct recipe_node *));
        }
        node->children[node->count++] = STEAL(child);
    }
}

static struct recipe_node *read_node(struct reader *reader, unsigned depth, struct error **err)
{
    const yaml_event_t *event = &reader->event;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, err);
    case YAML_SEQUENCE_START_EVENT:
        if (check_properties(reader, event->data.sequence_start.anchor,
                             event->data.sequence_start.tag, err))
            return NULL;
        return read_children(reader, RECIPE_LIST, YAML_SEQUENCE_END_EVENT, depth, err);
    case YAML_MAPPING_START_EVENT:
        if (check_properties(reader, event->data.mapping_start.anchor,
                             event->data.mapping_start.tag, err))
            return NULL;
        return read_children(reader, RECIPE_MAPPING, YAML_MAPPING_END_EVENT, depth, err);
    default:
        refuse(reader, event->start_mark, err, "aliases are not available");
        return NULL;
    }
}

/* Stream start, one document, stream end. */
static struct recipe_node *read_document(struct reader *reader, struct error **err)
{
    if (next_event(reader, err) || next_event(reader, err))
        return NULL;
    if (reader->event.type != YAML_DOCUMENT_START_EVENT) {
        refuse(reader, reader->event.start_mark, err, "the recipe is empty");
        return NULL;
    }
    if (next_event(reader, err))
        return NULL;
    AUTO(recipe_node_free) struct recipe_node *node = read_node(reader, 0, err);
    if (!node || next_event(reader, err) || next_event(reader, err))
        return NULL;
    if (reader->event.type != YAML_STREAM_END_EVENT) {
        refuse(reader, reader->event.start_mark, err, "a recipe is one document");
        return NULL;
    }
    return STEAL(node);
}

struct recipe_node *recipe_yaml_parse(const char *path, const char *text, size_t length,
                                      struct error **err)
{
    __attribute__((cleanup(reader_clear))) struct reader reader = { .path = path };
    if (!yaml_parser_initialize(&reader.parser)) {
        error_set(err, ERROR_FAILED, "out of memory for %s", path);
        return NULL;
    }
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    return read_document(&reader, err);
}

struct recipe_node *recipe_yaml_read(const char *path, struct error **err)
{
    struct stat stat;
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &stat)) {
        error_set_errno_cause(err, ERROR_USAGE, "%s", path);
        return NULL;
    }
    if (!S_ISREG(stat.st_mode) || stat.st_size > SIZE_LIMIT) {
        error_set(err, ERROR_USAGE, "%s is not a file of at most 1 MiB", path);
        return NULL;
    }
    AUTO_FREE char *text = xcalloc(SIZE_LIMIT, 1);
    size_t length = 0;
    ssize_t got;
    while ((got = read(fd, text + length, SIZE_LIMIT - length)) > 0)
        length += (size_t)got;
    struct recipe_node *node = NULL;
    if (got < 0)
        error_set_errno_cause(err, ERROR_USAGE, "%s", path);
    else
        node = recipe_yaml_parse(path, text, length, err);
    explicit_bzero(text, length); /* it may have a password */
    return node;
}

const struct recipe_node *recipe_node_get(const struct recipe_node *mapping, const char *key)
{
    for (size_t i = 0; i + 1 < mapping->count; i += 2)
        if (strcmp(mapping->children[i]->text, key) == 0)
            return mapping->children[i + 1];
    return NULL;
}

bool recipe_node_is_null(const struct recipe_node *node)
{
    static const char *const names[] = { "", "~", "null" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (node->kind == RECIPE_SCALAR && node->plain && strcmp(node->text, names[i]) == 0)
            return true;
    return false;
}
