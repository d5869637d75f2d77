/* SPDX-License-Identifier: Apache-2.0 */
/* What the clouds' own readers would refuse or misread in a manifest, one table row per rule. */
#ifndef FORGE_MANIFEST_READER_RULES_H
#define FORGE_MANIFEST_READER_RULES_H

#include "manifest/manifest.h"

enum bundle_reader { READER_AWS = 1, READER_EUCALYPTUS = 2, READER_OPENSTACK = 4 };

enum rule_severity {
    RULE_WARNING, /* something is ignored or taken differently */
    RULE_ERROR,   /* registration or launch fails */
};

/* The document a rule looks at: parsed, and as it is written. */
struct manifest_document {
    const struct manifest *manifest;
    const char *file_name; /* base name of the manifest */
    const char *location;  /* BUCKET/PREFIX it is going to lie at, or NULL when not known */
    const char *text;
    size_t length;
    void *tree; /* libxml2's, for order, attributes and blanks */
};

struct reader_rule {
    const char *name;
    unsigned readers; /* of enum bundle_reader */
    enum rule_severity severity;
    /* What is wrong, as an owned sentence, or NULL. */
    char *(*check)(const struct manifest_document *document);
    const char *remedy;
};

extern const struct reader_rule reader_rules[];
extern const size_t reader_rule_count;

struct reader_finding {
    const struct reader_rule *rule;
    char *message;
};

struct reader_findings {
    struct reader_finding *items;
    size_t count;
};

const char *bundle_reader_name(enum bundle_reader reader); /* "aws", "eucalyptus", "openstack" */
MUST_CHECK int bundle_reader_parse(const char *name, enum bundle_reader *reader,
                                   struct error **err);

/* Apply every rule of READERS (or-ed) to the manifest at PATH, whose bytes are read again.
 * LOCATION may be NULL. -1 when the document cannot be read at all. */
MUST_CHECK int reader_rules_apply(const char *path, const struct manifest *manifest,
                                  unsigned readers, const char *location,
                                  struct reader_findings *out, struct error **err);

void reader_findings_clear(struct reader_findings *findings);

#endif
