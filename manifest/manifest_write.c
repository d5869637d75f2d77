/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest as AWS's tool writes it, byte for byte (FORMAT.md 5). */
#include "manifest/manifest.h"
#include "manifest/signed_text.h"

#include <libxml/xmlwriter.h>
#include <string.h>

DEFINE_CLEANUP(xmlTextWriterPtr, xmlFreeTextWriter)
DEFINE_CLEANUP(xmlBufferPtr, xmlBufferFree)

/* The document as it grows; what failed once stays failed, and finish() reports it. */
struct document {
    xmlTextWriterPtr writer;
    const char *bad; /* the element whose text cannot be written, or NULL */
    bool failed;
};

static void check(struct document *document, int result)
{
    document->failed = document->failed || result < 0;
}

static void open_element(struct document *document, const char *name)
{
    check(document, xmlTextWriterStartElement(document->writer, BAD_CAST name));
}

static void attribute(struct document *document, const char *name, const char *value)
{
    check(document, xmlTextWriterWriteAttribute(document->writer, BAD_CAST name, BAD_CAST value));
}

static void close_element(struct document *document)
{
    check(document, xmlTextWriterEndElement(document->writer));
}

/* UTF-8 of characters that XML 1.0 can hold. */
static bool is_xml_text(const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' && !strchr("\t\n\r", *at))
            return false;
    return xmlCheckUTF8(BAD_CAST text);
}

/* REXML escapes five characters; libxml2 would leave two of them alone. */
static char *escape(const char *text)
{
    static const char *const entities[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;",
    };
    enum { LONGEST = sizeof("&quot;") - 1 };
    char *escaped = xcalloc(strlen(text) * LONGEST + 1, 1), *to = escaped;
    for (; *text; text++) {
        const char *entity = entities[(unsigned char)*text];
        if (entity)
            to = stpcpy(to, entity);
        else
            *to++ = *text;
    }
    return escaped;
}

/* Text inside the open element. */
static void characters(struct document *document, const char *name, const char *text)
{
    if (!is_xml_text(text)) {
        document->bad = document->bad ? document->bad : name;
        return;
    }
    AUTO_FREE char *escaped = escape(text);
    check(document, xmlTextWriterWriteRaw(document->writer, BAD_CAST escaped));
}

/* <NAME algorithm='ALGORITHM'>TEXT</NAME>; nothing when TEXT is NULL, no attribute when ALGORITHM
 * is. */
static void element_with(struct document *document, const char *name, const char *algorithm,
                         const char *text)
{
    if (!text)
        return;
    open_element(document, name);
    if (algorithm)
        attribute(document, "algorithm", algorithm);
    characters(document, name, text);
    close_element(document);
}

static void element(struct document *document, const char *name, const char *text)
{
    element_with(document, name, NULL, text);
}

static void number_element(struct document *document, const char *name, int64_t number)
{
    AUTO_FREE char *text = xasprintf("%lld", (long long)number);
    element(document, name, text);
}

/* <NAME><ITEM>...</ITEM>...</NAME>; nothing when the list is empty. */
static void list_element(struct document *document, const char *name, const char *item,
                         const struct string_list *list)
{
    if (!list->count)
        return;
    open_element(document, name);
    for (size_t i = 0; i < list->count; i++)
        element(document, item, list->items[i]);
    close_element(document);
}

static void write_bundler(struct document *document, const struct manifest *manifest)
{
    open_element(document, "bundler");
    element(document, "name", manifest->bundler_name);
    element(document, "version", manifest->bundler_version);
    element(document, "release", manifest->bundler_release);
    close_element(document);
}

static void write_machine_configuration(struct document *document, const struct manifest *manifest)
{
    open_element(document, "machine_configuration");
    element(document, "architecture", manifest->architecture);
    if (manifest->mapping_count) {
        open_element(document, "block_device_mapping");
        for (size_t i = 0; i < manifest->mapping_count; i++) {
            open_element(document, "mapping");
            element(document, "virtual", manifest->mappings[i].virtual_name);
            element(document, "device", manifest->mappings[i].device);
            close_element(document);
        }
        close_element(document);
    }
    element(document, "kernel_id", manifest->kernel_id);
    element(document, "ramdisk_id", manifest->ramdisk_id);
    list_element(document, "product_codes", "product_code", &manifest->product_codes);
    close_element(document);
}

static void write_parts(struct document *document, const struct manifest *manifest)
{
    AUTO_FREE char *count = xasprintf("%zu", manifest->part_count);
    open_element(document, "parts");
    attribute(document, "count", count);
    for (size_t i = 0; i < manifest->part_count; i++) {
        AUTO_FREE char *index = xasprintf("%zu", i);
        open_element(document, "part");
        attribute(document, "index", index);
        element(document, "filename", manifest->parts[i].filename);
        element_with(document, "digest", "SHA1", manifest->parts[i].digest);
        close_element(document);
    }
    close_element(document);
}

static void write_image(struct document *document, const struct manifest *manifest)
{
    open_element(document, "image");
    element(document, "name", manifest->name);
    element(document, "user", manifest->user);
    element(document, "type", manifest->type);
    element(document, "kernel_name", manifest->kernel_name);
    list_element(document, "ancestry", "ancestor_ami_id", &manifest->ancestry);
    element_with(document, "digest", "SHA1", manifest->digest);
    number_element(document, "size", manifest->size);
    number_element(document, "bundled_size", manifest->bundled_size);
    element_with(document, "ec2_encrypted_key", "AES-128-CBC", manifest->ec2_encrypted_key);
    element_with(document, "user_encrypted_key", "AES-128-CBC", manifest->user_encrypted_key);
    element(document, "ec2_encrypted_iv", manifest->ec2_encrypted_iv);
    element(document, "user_encrypted_iv", manifest->user_encrypted_iv);
    write_parts(document, manifest);
    close_element(document);
}

/* The signature text over what BUFFER holds so far; owned. */
static char *sign(const xmlBuffer *buffer, const struct private_key *key, struct error **err)
{
    if (!key)
        return xstrdup("UNSIGNED");
    size_t length;
    AUTO_FREE char *text = signed_text_cut((const char *)xmlBufferContent(buffer),
                                           (size_t)xmlBufferLength(buffer), MANIFEST_2007_10_10,
                                           &length);
    if (!text) {
        error_set(err, ERROR_FAILED, "the manifest lacks the text to sign");
        return NULL;
    }
    return private_key_sign(key, text, length, err);
}

static int report(const struct document *document, struct error **err)
{
    if (document->bad)
        return error_set(err, ERROR_INVALID, "the manifest's %s holds characters that XML cannot",
                         document->bad);
    if (document->failed)
        return error_set(err, ERROR_FAILED, "libxml2 could not write the manifest");
    return 0;
}

char *manifest_format(const struct manifest *manifest, const struct private_key *key,
                      size_t *length, struct error **err)
{
    AUTO(xmlBufferFree) xmlBufferPtr buffer = xmlBufferCreate();
    AUTO(xmlFreeTextWriter)
    xmlTextWriterPtr writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    if (!writer) {
        error_set(err, ERROR_FAILED, "libxml2 could not begin a manifest");
        return NULL;
    }
    struct document document = { .writer = writer };
    check(&document, xmlTextWriterSetQuoteChar(writer, '\''));
    /* The writer's own start and end of a document add newlines. */
    check(&document, xmlTextWriterWriteRaw(writer, BAD_CAST "<?xml version='1.0'?>"));
    open_element(&document, "manifest");
    element(&document, "version", manifest_version_text(MANIFEST_2007_10_10));
    write_bundler(&document, manifest);
    write_machine_configuration(&document, manifest);
    write_image(&document, manifest);
    check(&document, xmlTextWriterFlush(writer));
    if (report(&document, err))
        return NULL;
    AUTO_FREE char *signature = sign(buffer, key, err);
    if (!signature)
        return NULL;
    element(&document, "signature", signature);
    close_element(&document);
    check(&document, xmlTextWriterFlush(writer));
    if (report(&document, err))
        return NULL;
    *length = (size_t)xmlBufferLength(buffer);
    return xstrndup((const char *)xmlBufferContent(buffer), *length);
}
