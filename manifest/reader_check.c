/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of reader_rules.c applied to one manifest file. */
#include "forge/base/file.h"
#include "manifest/reader_rules.h"

#include <libxml/parser.h>
#include <string.h>

DEFINE_CLEANUP(xmlDoc *, xmlFreeDoc)

static const struct {
    enum bundle_reader reader;
    const char *name;
} readers[] = {
    { READER_AWS, "aws" },
    { READER_EUCALYPTUS, "eucalyptus" },
    { READER_OPENSTACK, "openstack" },
};

const char *bundle_reader_name(enum bundle_reader reader)
{
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        if (readers[i].reader == reader)
            return readers[i].name;
    return NULL;
}

int bundle_reader_parse(const char *name, enum bundle_reader *reader, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
        if (strcmp(name, readers[i].name) == 0) {
            *reader = readers[i].reader;
            return 0;
        }
    }
    return error_set(err, ERROR_USAGE, "no reader \"%s\" (aws, eucalyptus or openstack)", name);
}

/* manifest_read has accepted the document: it has no DOCTYPE, so there is nothing to expand. */
static int apply(const struct manifest_document *document, unsigned wanted,
                 struct reader_findings *out)
{
    for (size_t i = 0; i < reader_rule_count; i++) {
        const struct reader_rule *rule = &reader_rules[i];
        char *message = rule->readers & wanted ? rule->check(document) : NULL;
        if (!message)
            continue;
        out->items = xrealloc(out->items, out->count + 1, sizeof(*out->items));
        out->items[out->count++] = (struct reader_finding){ rule, message };
    }
    return 0;
}

int reader_rules_apply(const char *path, const struct manifest *manifest, unsigned wanted,
                       const char *location, struct reader_findings *out, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = file_read(path, MANIFEST_MAX_BYTES, &length, err);
    if (!text)
        return -1;
    AUTO(xmlFreeDoc)
    xmlDoc *tree = xmlReadMemory(text, (int)length, NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!tree || tree->intSubset || !xmlDocGetRootElement(tree))
        return error_set(err, ERROR_INVALID, "%s: not a manifest", path);
    struct manifest_document document = {
        .manifest = manifest,
        .file_name = path_basename(path),
        .location = location,
        .text = text,
        .length = length,
        .tree = tree,
    };
    return apply(&document, wanted, out);
}

void reader_findings_clear(struct reader_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->items[i].message);
    free(findings->items);
    *findings = (struct reader_findings){ 0 };
}
