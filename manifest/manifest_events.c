/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest parsed from XML, event by event, into its struct.
 *
 * The document is hostile: no tree is built, nothing is fetched, a DOCTYPE ends the parse where it
 * begins, so that there are no entities to expand, and every known element but the four that repeat
 * may appear once. Unknown elements are passed over with all they hold. */
#include "manifest/manifest_events.h"
#include "manifest/manifest_fields.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

enum { PATH_CAPACITY = 128, TEXT_MAX = 64 << 10 };

struct reader {
    xmlParserCtxtPtr context;
    struct manifest *manifest;
    struct error **err;
    bool failed;

    char path[PATH_CAPACITY];    /* of the innermost known element */
    unsigned unknown;            /* levels of unknown elements inside that */
    const struct field *text_of; /* whose text is being collected, or NULL */
    char text[TEXT_MAX + 1];
    size_t text_length;
    bool *seen; /* a flag for each row of the table */

    struct mapping mapping; /* the open one */
    struct part *part;      /* the open one, in the manifest's array */
};

/* Record the first failure and end the parse. */
static void fail(struct reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);

static void fail(struct reader *reader, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!reader->failed)
        error_set_va(reader->err, ERROR_INVALID, format, args);
    va_end(args);
    reader->failed = true;
    xmlStopParser(reader->context);
}

static const struct field *find_field(const char *path)
{
    for (size_t i = 0; i < manifest_field_count; i++)
        if (strcmp(manifest_fields[i].path, path) == 0)
            return &manifest_fields[i];
    return NULL;
}

/* Attributes, as libxml2's SAX2 gives them: five pointers each. */
struct attributes {
    const xmlChar **items;
    int count;
};

/* The value of the attribute NAME, owned; NULL when there is none. */
static char *attribute(const struct attributes *attributes, const char *name)
{
    enum { LOCAL_NAME = 0, VALUE = 3, VALUE_END = 4, WIDTH = 5 };
    for (int i = 0; i < attributes->count; i++) {
        const xmlChar **item = attributes->items + i * WIDTH;
        if (strcmp((const char *)item[LOCAL_NAME], name) == 0)
            return xstrndup((const char *)item[VALUE], (size_t)(item[VALUE_END] - item[VALUE]));
    }
    return NULL;
}

/* The whole number in the attribute NAME of FIELD, 0 to MAX; -1 after a failure. */
static int64_t number_attribute(struct reader *reader, const struct field *field,
                                const struct attributes *attributes, const char *name, int64_t max)
{
    AUTO_FREE char *text = attribute(attributes, name);
    int64_t number = -1;
    if (!text)
        fail(reader, "%s has no %s", field_name(field), name);
    else if (!parse_integer(text, 0, max, &number))
        fail(reader, "the %s of %s is not a number from 0 to %lld", name, field_name(field),
             (long long)max);
    return number;
}

static void begin_parts(struct reader *reader, const struct field *field,
                        const struct attributes *attributes)
{
    int64_t count = number_attribute(reader, field, attributes, "count", MANIFEST_MAX_PARTS);
    if (count == 0)
        fail(reader, "%s is empty", field_name(field));
    if (count <= 0)
        return;
    reader->manifest->parts = xcalloc((size_t)count, sizeof(struct part));
    reader->manifest->part_count = (size_t)count;
}

static void begin_part(struct reader *reader, const struct field *field,
                       const struct attributes *attributes)
{
    int64_t last = (int64_t)reader->manifest->part_count - 1;
    int64_t index = number_attribute(reader, field, attributes, "index", last);
    if (index < 0)
        return;
    reader->part = &reader->manifest->parts[index];
    if (reader->part->filename || reader->part->digest)
        fail(reader, "%s with index %lld appears twice", field_name(field), (long long)index);
}

static void end_part(struct reader *reader, const struct field *field)
{
    if (reader->part && (!reader->part->filename || !reader->part->digest))
        fail(reader, "%s with index %td lacks its filename or its digest", field_name(field),
             reader->part - reader->manifest->parts);
    reader->part = NULL;
}

static void mapping_clear(struct mapping *mapping)
{
    free(mapping->virtual_name);
    free(mapping->device);
    *mapping = (struct mapping){ 0 };
}

static void end_mapping(struct reader *reader, const struct field *field)
{
    enum { MAPPINGS_MAX = 1024 };
    struct mapping *mapping = &reader->mapping;
    if (!mapping->virtual_name || !mapping->device)
        fail(reader, "%s lacks its virtual name or its device", field_name(field));
    else if (reader->manifest->mapping_count >= MAPPINGS_MAX)
        fail(reader, "%s appears more than %d times", field_name(field), MAPPINGS_MAX);
    else
        manifest_add_mapping(reader->manifest, mapping->virtual_name, mapping->device);
    mapping_clear(mapping);
}

/* The groups that do something where they begin or end. */
static const struct group {
    const char *path;
    void (*begin)(struct reader *, const struct field *, const struct attributes *);
    void (*end)(struct reader *, const struct field *);
} groups[] = {
    { "manifest/image/parts", begin_parts, NULL },
    { "manifest/image/parts/part", begin_part, end_part },
    { "manifest/machine_configuration/block_device_mapping/mapping", NULL, end_mapping },
};

static const struct group *find_group(const struct field *field)
{
    for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
        if (strcmp(groups[i].path, field->path) == 0)
            return &groups[i];
    return NULL;
}

static void check_algorithm(struct reader *reader, const struct field *field,
                            const struct attributes *attributes)
{
    AUTO_FREE char *algorithm = attribute(attributes, "algorithm");
    if (algorithm && strcasecmp(algorithm, field->algorithm) != 0)
        fail(reader, "%s is by an algorithm other than %s", field_name(field), field->algorithm);
}

/* What may appear once in a mapping or part may appear once in the next. */
static void forget_members(struct reader *reader, const struct field *group)
{
    for (size_t i = 0; i < manifest_field_count; i++) {
        const struct field *field = &manifest_fields[i];
        if (field != group && starts_with(field->path, group->path) &&
            field->path[strlen(group->path)] == '/')
            reader->seen[field - manifest_fields] = false;
    }
}

static void begin_field(struct reader *reader, const struct field *field,
                        const struct attributes *attributes)
{
    if (reader->seen[field - manifest_fields] && !(field->flags & FIELD_REPEATS)) {
        fail(reader, "%s appears twice", field_name(field));
        return;
    }
    reader->seen[field - manifest_fields] = true;
    if (field->flags & FIELD_REPEATS)
        forget_members(reader, field);
    if (field->algorithm)
        check_algorithm(reader, field, attributes);
    if (field->kind != FIELD_GROUP) {
        reader->text_of = field;
        reader->text_length = 0;
        return;
    }
    const struct group *group = find_group(field);
    if (group && group->begin)
        group->begin(reader, field, attributes);
}

static void on_start(void *opaque, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count,
                     int default_count, const xmlChar **items)
{
    (void)prefix, (void)uri, (void)namespace_count, (void)namespaces, (void)default_count;
    struct reader *reader = opaque;
    if (reader->failed)
        return;
    if (reader->text_of && !reader->unknown) {
        fail(reader, "%s holds an element", field_name(reader->text_of));
        return;
    }
    char path[PATH_CAPACITY];
    int length = snprintf(path, sizeof(path), "%s%s%s", reader->path, *reader->path ? "/" : "",
                          (const char *)name);
    const struct field *field = length < PATH_CAPACITY && !reader->unknown ? find_field(path)
                                                                           : NULL;
    if (!field) {
        reader->unknown++;
        return;
    }
    memcpy(reader->path, path, sizeof(path));
    begin_field(reader, field, &(struct attributes){ items, attribute_count });
}

static void on_text(void *opaque, const xmlChar *bytes, int count)
{
    struct reader *reader = opaque;
    if (reader->failed || reader->unknown || !reader->text_of)
        return;
    if ((size_t)count > TEXT_MAX - reader->text_length) {
        fail(reader, "%s is longer than %d bytes", field_name(reader->text_of), TEXT_MAX);
        return;
    }
    memcpy(reader->text + reader->text_length, bytes, (size_t)count);
    reader->text_length += (size_t)count;
}

static bool is_blank(char character)
{
    return character && strchr(" \t\r\n", character);
}

/* The collected text without blanks around it, or within it when it is hexadecimal. */
static const char *clean_text(struct reader *reader)
{
    char *text = reader->text, *to = text;
    size_t length = reader->text_length;
    while (length && is_blank(text[length - 1]))
        length--;
    text[length] = '\0';
    if (!field_is_hex(reader->text_of))
        return text + strspn(text, " \t\r\n");
    for (const char *from = text; *from; from++)
        if (!is_blank(*from))
            *to++ = *from;
    *to = '\0';
    return text;
}

static void end_text(struct reader *reader)
{
    const struct field *field = reader->text_of;
    void *const owners[] = { [OWNER_MANIFEST] = reader->manifest,
                             [OWNER_MAPPING] = &reader->mapping,
                             [OWNER_PART] = reader->part };
    struct error *error = NULL;
    if (field_store(field, owners[field->owner], clean_text(reader), &error))
        fail(reader, "%s %s", field_name(field), error->message);
    error_free(error);
    reader->text_of = NULL;
}

static void on_end(void *opaque, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)name, (void)prefix, (void)uri;
    struct reader *reader = opaque;
    if (reader->failed)
        return;
    if (reader->unknown) {
        reader->unknown--;
        return;
    }
    const struct field *field = find_field(reader->path);
    const struct group *group = find_group(field);
    if (reader->text_of)
        end_text(reader);
    else if (group && group->end)
        group->end(reader, field);
    char *slash = strrchr(reader->path, '/');
    *(slash ? slash : reader->path) = '\0';
}

static void on_doctype(void *opaque, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id)
{
    (void)name, (void)public_id, (void)system_id;
    fail(opaque, "it has a DOCTYPE, which no manifest needs");
}

static void ignore_error(void *opaque, xmlErrorPtr error)
{
    (void)opaque, (void)error; /* xmlCtxtGetLastError has it */
}

static void check_well_formed(struct reader *reader)
{
    if (reader->failed || reader->context->wellFormed)
        return;
    const xmlError *error = xmlCtxtGetLastError(reader->context);
    const char *message = error && error->message ? error->message : "unknown error";
    fail(reader, "it is not well-formed XML: line %d: %.*s", error ? error->line : 0,
         (int)strcspn(message, "\n"), message);
}

static void parse_events(struct reader *reader, const char *text, size_t length)
{
    reader->context = xmlCreateMemoryParserCtxt(text, (int)length);
    if (!reader->context) {
        error_set(reader->err, ERROR_INVALID, "it is empty");
        reader->failed = true;
        return;
    }
    xmlSAXHandler events = { .initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_start,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_doctype,
                             .serror = ignore_error };
    *reader->context->sax = events;
    reader->context->userData = reader;
    xmlCtxtUseOptions(reader->context, XML_PARSE_NONET);
    *reader->context->sax = events; /* options may have changed the handlers */
    xmlParseDocument(reader->context);
    check_well_formed(reader);
    xmlFreeParserCtxt(reader->context);
}

/* Every part of the array that `count` promised is there. */
static int check_parts(const struct manifest *manifest, struct error **err)
{
    for (size_t i = 0; i < manifest->part_count; i++)
        if (!manifest->parts[i].filename)
            return error_set(err, ERROR_INVALID, "image/parts lacks the part with index %zu of %zu",
                             i, manifest->part_count);
    return 0;
}

static int check_complete(const struct reader *reader, struct error **err)
{
    for (size_t i = 0; i < manifest_field_count; i++)
        if ((manifest_fields[i].flags & FIELD_REQUIRED) && !reader->seen[i])
            return error_set(err, ERROR_INVALID, "it has no %s", field_name(&manifest_fields[i]));
    const struct manifest *manifest = reader->manifest;
    if (manifest->version == MANIFEST_2007_10_10 && !manifest->type)
        return error_set(err, ERROR_INVALID, "it has no image/type");
    /* What version 3 does not sign must not be believed either. */
    const struct field *configuration = find_field("manifest/machine_configuration");
    if (manifest->version == MANIFEST_3 && reader->seen[configuration - manifest_fields])
        return error_set(err, ERROR_INVALID, "it is of version 3 and has a machine_configuration");
    return check_parts(manifest, err);
}

int manifest_read_events(const char *text, size_t length, bool complete, struct manifest *manifest,
                         struct error **err)
{
    AUTO_FREE struct reader *reader = NEW(struct reader);
    reader->manifest = manifest;
    reader->err = err;
    AUTO_FREE bool *seen = xcalloc(manifest_field_count, sizeof(*seen));
    reader->seen = seen;
    parse_events(reader, text, length);
    mapping_clear(&reader->mapping);
    if (reader->failed)
        return -1;
    return complete ? check_complete(reader, err) : 0;
}
