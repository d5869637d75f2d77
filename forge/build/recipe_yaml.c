/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of nodes from libyaml's events, which tell what its document interface hides: aliases. */
#include "forge/build/recipe_yaml.h"
#include "forge/base/memory.h"

#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 32, CHILDREN_MAX = 10000 };

#define YAML_NAMESPACE "tag:yaml.org,2002:" /* what !! stands for */

struct reader {
    struct recipe_source *source;
    struct recipe_faults *faults;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    bool has_event;
};

static struct recipe_place place_of(const struct reader *reader, yaml_mark_t mark)
{
    return (struct recipe_place){ reader->source, mark.line + 1, mark.column + 1, mark.index };
}

/* WHAT is wrong where the current event begins. */
static void refuse(const struct reader *reader, const char *what)
{
    struct recipe_place place = place_of(reader, reader->event.start_mark);
    recipe_faults_add(reader->faults, &place, "%s", what);
}

static void parser_failed(const struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "out of memory";
    if (parser->error != YAML_READER_ERROR) {
        struct recipe_place place = place_of(reader, parser->problem_mark);
        recipe_faults_add(reader->faults, &place, "%s", problem);
        return;
    }
    /* The bytes are no text: there is no line yet. */
    struct recipe_place place = place_of(reader, parser->mark);
    reader->source->unseen = true;
    recipe_faults_add(reader->faults, &place, "%s, at byte %zu", problem, parser->problem_offset);
}

static bool next_event(struct reader *reader)
{
    if (reader->has_event)
        yaml_event_delete(&reader->event);
    reader->has_event = yaml_parser_parse(&reader->parser, &reader->event);
    if (!reader->has_event)
        parser_failed(reader);
    return reader->has_event;
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
    node->place = place_of(reader, reader->event.start_mark);
    node->end = reader->event.end_mark.index;
    return node;
}

static bool is_binary(const struct reader *reader, const yaml_char_t *tag)
{
    return reader->source->binary && tag && strcmp((const char *)tag, YAML_NAMESPACE "binary") == 0;
}

/* TAG asks for what we do not do: "!!python/object", "!include". */
static void check_properties(const struct reader *reader, const yaml_char_t *anchor,
                             const yaml_char_t *tag)
{
    if (anchor)
        refuse(reader, "anchors are not available");
    if (tag)
        refuse(reader, "tags are not available");
}

static struct recipe_node *read_scalar(const struct reader *reader)
{
    const char *text = (const char *)reader->event.data.scalar.value;
    size_t length = reader->event.data.scalar.length;
    const yaml_char_t *tag = reader->event.data.scalar.tag;
    bool binary = is_binary(reader, tag);
    check_properties(reader, reader->event.data.scalar.anchor, binary ? NULL : tag);
    if (memchr(text, '\0', length))
        refuse(reader, "the text has a NUL character");
    struct recipe_node *node = node_new(reader, RECIPE_SCALAR);
    node->text = xstrndup(text, length);
    node->binary = binary;
    node->plain = reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return node;
}

/* An alias counts as some text, so that nothing more is said about it. */
static struct recipe_node *read_alias(const struct reader *reader)
{
    refuse(reader, "aliases are not available");
    struct recipe_node *node = node_new(reader, RECIPE_SCALAR);
    node->text = xstrdup("*");
    return node;
}

/* May KEY stand in MAPPING: is it a text that is not there yet? */
static bool check_key(const struct reader *reader, const struct recipe_node *mapping,
                      const struct recipe_node *key)
{
    if (key->kind != RECIPE_SCALAR || recipe_node_is_null(key)) {
        recipe_faults_add(reader->faults, &key->place, "a key is a word");
        return false;
    }
    const struct recipe_node *twin = NULL;
    for (size_t i = 0; i + 1 < mapping->count && !twin; i += 2)
        if (strcmp(mapping->children[i]->text, key->text) == 0)
            twin = mapping->children[i];
    if (twin)
        recipe_faults_add(reader->faults, &key->place, "the key \"%s\" is already in line %zu",
                          key->text, twin->place.line);
    return !twin;
}

static void add_child(struct recipe_node *node, struct recipe_node *child)
{
    if ((node->count & (node->count - 1)) == 0) /* 0, 1, 2, 4, 8, ... */
        node->children = xrealloc(node->children, node->count ? 2 * node->count : 1,
                                  sizeof(struct recipe_node *));
    node->children[node->count++] = child;
}

static struct recipe_node *read_node(struct reader *reader, unsigned depth);

/* The key at hand and the value behind it; false when reading cannot go on. */
static bool read_pair(struct reader *reader, struct recipe_node *mapping, unsigned depth)
{
    AUTO(recipe_node_free) struct recipe_node *key = read_node(reader, depth);
    if (!key || !next_event(reader))
        return false;
    AUTO(recipe_node_free) struct recipe_node *value = read_node(reader, depth);
    if (!value)
        return false;
    if (!check_key(reader, mapping, key)) {
        recipe_source_hide(&value->place, value->end); /* nobody will know whether it is a secret */
        return true;
    }
    add_child(mapping, STEAL(key));
    add_child(mapping, STEAL(value));
    return true;
}

static bool read_item(struct reader *reader, struct recipe_node *list, unsigned depth)
{
    struct recipe_node *item = read_node(reader, depth);
    if (item)
        add_child(list, item);
    return item;
}

/* The nodes up to the event END, as children of a node of KIND. */
static struct recipe_node *read_children(struct reader *reader, enum recipe_node_kind kind,
                                         yaml_event_type_t end, unsigned depth)
{
    AUTO(recipe_node_free) struct recipe_node *node = node_new(reader, kind);
    if (depth == DEPTH_MAX) {
        refuse(reader, "too many levels");
        return NULL;
    }
    bool (*read)(struct reader *, struct recipe_node *, unsigned) =
        kind == RECIPE_MAPPING ? read_pair : read_item;
    for (;;) {
        if (!next_event(reader))
            return NULL;
        node->end = reader->event.end_mark.index;
        if (reader->event.type == end)
            return STEAL(node);
        if (node->count >= CHILDREN_MAX) {
            refuse(reader, "too many entries");
            return NULL;
        }
        if (!read(reader, node, depth + 1))
            return NULL;
    }
}

static struct recipe_node *read_node(struct reader *reader, unsigned depth)
{
    const yaml_event_t *event = &reader->event;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reader);
    case YAML_SEQUENCE_START_EVENT:
        check_properties(reader, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        return read_children(reader, RECIPE_LIST, YAML_SEQUENCE_END_EVENT, depth);
    case YAML_MAPPING_START_EVENT:
        check_properties(reader, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        return read_children(reader, RECIPE_MAPPING, YAML_MAPPING_END_EVENT, depth);
    default:
        return read_alias(reader);
    }
}

/* Stream start, one document, stream end. */
static struct recipe_node *read_document(struct reader *reader)
{
    if (!next_event(reader) || !next_event(reader))
        return NULL;
    if (reader->event.type != YAML_DOCUMENT_START_EVENT) {
        refuse(reader, "the file is empty");
        return NULL;
    }
    if (!next_event(reader))
        return NULL;
    AUTO(recipe_node_free) struct recipe_node *node = read_node(reader, 0);
    if (!node || !next_event(reader) || !next_event(reader))
        return NULL;
    if (reader->event.type != YAML_STREAM_END_EVENT) {
        refuse(reader, "the file is more than one document");
        return NULL;
    }
    return STEAL(node);
}

struct recipe_node *recipe_yaml_parse(struct recipe_source *source, struct recipe_faults *faults)
{
    __attribute__((cleanup(reader_clear))) struct reader reader = { .source = source,
                                                                    .faults = faults };
    if (!yaml_parser_initialize(&reader.parser)) {
        struct recipe_place start = { source, 1, 1, 0 };
        recipe_faults_add(faults, &start, "out of memory");
        return NULL;
    }
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)source->text,
                                 source->length);
    return read_document(&reader);
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
