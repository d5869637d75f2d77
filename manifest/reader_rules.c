/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what each cloud's reader refuses or misreads (FORMAT.md 7). */
#include "manifest/reader_rules.h"
#include "forge/base/strings.h"
#include "manifest/bundle.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

enum { READER_ALL = READER_AWS | READER_EUCALYPTUS | READER_OPENSTACK };

/* -- asking the tree -- */

static xmlNode *child(const xmlNode *parent, const char *name)
{
    for (xmlNode *node = parent ? parent->children : NULL; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0)
            return node;
    return NULL;
}

static xmlNode *root_of(const struct manifest_document *document)
{
    return xmlDocGetRootElement(document->tree);
}

static xmlNode *image_of_tree(const struct manifest_document *document)
{
    return child(root_of(document), "image");
}

static xmlNode *machine_of(const struct manifest_document *document)
{
    return child(root_of(document), "machine_configuration");
}

static const char *next_element_name(const xmlNode *node)
{
    do
        node = node->next;
    while (node && node->type != XML_ELEMENT_NODE);
    return node ? (const char *)node->name : "";
}

/* Does A come before B among their siblings? True when either is missing. */
static bool in_order(const xmlNode *parent, const char *a, const char *b)
{
    const xmlNode *first = child(parent, a), *second = child(parent, b);
    if (!first || !second)
        return true;
    while (first && first != second)
        first = first->next;
    return first == second;
}

/* Visit every element below NODE until VISIT answers; its answer. */
static char *walk(const xmlNode *node, char *(*visit)(const xmlNode *))
{
    for (; node; node = node->next) {
        char *answer = node->type == XML_ELEMENT_NODE ? visit(node) : NULL;
        if (!answer)
            answer = walk(node->children, visit);
        if (answer)
            return answer;
    }
    return NULL;
}

/* -- AWS -- */

static char *check_declaration(const struct manifest_document *document)
{
    return starts_with(document->text, "<?xml") ? NULL : xstrdup("the XML declaration is missing");
}

static char *check_type_follows_user(const struct manifest_document *document)
{
    const xmlNode *user = child(image_of_tree(document), "user");
    if (!user || strcmp(next_element_name(user), "type") == 0)
        return NULL;
    return xstrdup("image/type does not follow image/user directly");
}

static char *check_machine_order(const struct manifest_document *document)
{
    const xmlNode *machine = machine_of(document);
    if (!in_order(machine, "block_device_mapping", "kernel_id") ||
        !in_order(machine, "block_device_mapping", "ramdisk_id"))
        return xstrdup("block_device_mapping comes behind kernel_id or ramdisk_id");
    for (const xmlNode *node = child(machine, "block_device_mapping")
                                   ? child(machine, "block_device_mapping")->children
                                   : NULL;
         node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && !in_order(node, "virtual", "device"))
            return xstrdup("a mapping names its device before its virtual name");
    return NULL;
}

static char *check_signature_present(const struct manifest_document *document)
{
    const char *signature = document->manifest->signature;
    return signature && *signature ? NULL : xstrdup("the signature is missing or empty");
}

static char *check_user_digits(const struct manifest_document *document)
{
    const char *user = document->manifest->user;
    if (strlen(user) == 12 && strspn(user, "0123456789") == 12)
        return NULL;
    return xasprintf("the user \"%s\" is not twelve digits without hyphens", user);
}

static bool is_number(const char *text, long max)
{
    int64_t value;
    return parse_integer(text, 0, max, &value);
}

/* ami, root, swap, ephemeral0 to ephemeral23 (PEERS: the AWS manual of instance-store mappings). */
static bool is_virtual_name(const char *name)
{
    return strcmp(name, "ami") == 0 || strcmp(name, "root") == 0 || starts_with(name, "swap") ||
           (starts_with(name, "ephemeral") && is_number(name + strlen("ephemeral"), 23)) ||
           (starts_with(name, "ebs") && is_number(name + strlen("ebs"), 99));
}

/* sda, sda1, xvdb, xvdba, hdc, each with /dev/ or without: one letter, or two from b, c or d on;
 * then a partition number. "xvdal" is the refused name that people met. */
static bool is_device_name(const char *name)
{
    if (starts_with(name, "/dev/"))
        name += strlen("/dev/");
    if (starts_with(name, "xvd"))
        name += 3;
    else if (starts_with(name, "sd") || starts_with(name, "hd"))
        name += 2;
    else
        return false;
    size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    if (letters < 1 || letters > 2 || (letters == 2 && !strchr("bcd", name[0])))
        return false;
    return !name[letters] || (name[letters] != '0' && is_number(name + letters, 15));
}

static char *check_mapping_names(const struct manifest_document *document)
{
    for (size_t i = 0; i < document->manifest->mapping_count; i++) {
        const struct mapping *mapping = &document->manifest->mappings[i];
        if (!is_virtual_name(mapping->virtual_name))
            return xasprintf("the mapping's virtual name \"%s\" is not ami, root, swap or "
                             "ephemeral0 to ephemeral23",
                             mapping->virtual_name);
        if (!is_device_name(mapping->device))
            return xasprintf("the mapping's device name \"%s\" is none that EC2 takes",
                             mapping->device);
    }
    return NULL;
}

static char *check_aws_size(const struct manifest_document *document)
{
    if (document->manifest->size <= BUNDLE_IMAGE_MAX)
        return NULL;
    AUTO_FREE char *size = format_size(document->manifest->size);
    return xasprintf("the image has %s, and instance-store roots at most 10 GiB", size);
}

static char *check_aws_architecture(const struct manifest_document *document)
{
    const char *architecture = document->manifest->architecture;
    if (architecture && (strcmp(architecture, "i386") == 0 || strcmp(architecture, "x86_64") == 0))
        return NULL;
    return xasprintf("the architecture \"%s\" is neither i386 nor x86_64",
                     architecture ? architecture : "");
}

static char *check_aws_version(const struct manifest_document *document)
{
    if (document->manifest->version == MANIFEST_2007_10_10)
        return NULL;
    return xasprintf("the manifest is of version %s, which only the oldest tools wrote",
                     manifest_version_text(document->manifest->version));
}

/* -- everyone who cuts the signed text out by string search -- */

static char *check_signed_tags(const struct manifest_document *document)
{
    if (!strstr(document->text, "<image>"))
        return xstrdup("the image element carries attributes or blanks in its tag");
    if (machine_of(document) && !strstr(document->text, "<machine_configuration>") &&
        !strstr(document->text, "<machine_configuration/>"))
        return xstrdup("the machine_configuration element carries attributes or blanks in its tag");
    const char *bundler = strstr(document->text, "<bundler>");
    const char *end = bundler ? strstr(bundler, "</bundler>") : NULL;
    const char *image = strstr(document->text, "<image>");
    if (end && image > bundler && image < end)
        return xstrdup("the bundler's text holds an <image> tag, which hides the real one");
    return NULL;
}

static char *check_machine_present(const struct manifest_document *document)
{
    return machine_of(document) ? NULL : xstrdup("machine_configuration is missing");
}

static char *check_quotes(const struct manifest_document *document)
{
    const char *manifest = strstr(document->text, "<manifest");
    const char *quote = manifest ? strchr(manifest, '"') : NULL;
    return quote ? xstrdup("attributes stand in double quotes: ec2-migrate-manifest, which writes "
                           "the document anew, finds another signature")
                 : NULL;
}

/* -- document order and blanks -- */

static char *check_part_order(const struct manifest_document *document)
{
    long expected = 0;
    const xmlNode *parts = child(image_of_tree(document), "parts");
    for (xmlNode *node = parts ? parts->children : NULL; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        xmlChar *index = xmlGetProp(node, BAD_CAST "index");
        bool as_expected = index && atol((const char *)index) == expected;
        xmlFree(index);
        if (!as_expected)
            return xstrdup("the parts are not listed in the order of their indexes");
        expected++;
    }
    return NULL;
}

/* Elements whose text is converted as it stands. */
static char *visit_blanks(const xmlNode *node)
{
    static const char *const exact[] = { "ec2_encrypted_key",  "ec2_encrypted_iv",
                                         "signature",          "size",
                                         "bundled_size",       "digest",
                                         "user_encrypted_key", "user_encrypted_iv" };
    bool is_exact = false;
    for (size_t i = 0; i < ARRAY_SIZE(exact); i++)
        is_exact = is_exact || strcmp((const char *)node->name, exact[i]) == 0;
    if (!is_exact)
        return NULL;
    xmlChar *text = xmlNodeGetContent(node);
    bool blank = text && strpbrk((const char *)text, " \t\r\n");
    xmlFree(text);
    return blank ? xasprintf("there are blanks inside %s", (const char *)node->name) : NULL;
}

static char *check_blanks(const struct manifest_document *document)
{
    return walk(root_of(document)->children, visit_blanks);
}

static char *check_namespace(const struct manifest_document *document)
{
    const xmlNode *root = root_of(document);
    return root->ns || root->nsDef ? xstrdup("the manifest element has an XML namespace") : NULL;
}

/* -- OpenStack -- */

static char *check_nova_architecture(const struct manifest_document *document)
{
    const char *architecture = document->manifest->architecture;
    return architecture && strcmp(architecture, "i386") == 0
               ? xstrdup("the architecture i386 is refused; there it is called i686")
               : NULL;
}

static char *check_nova_location(const struct manifest_document *document)
{
    const char *slash = document->location ? strchr(document->location, '/') : NULL;
    if (!slash || !slash[1])
        return NULL;
    return xasprintf("the parts are looked for at the root of the bucket, not under \"%s\"",
                     slash + 1);
}

static char *check_nova_names(const struct manifest_document *document)
{
    static const char *const taken[] = { "image.encrypted", "image.tar.gz" };
    for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
        if (strcmp(document->manifest->name, taken[i]) == 0)
            return xasprintf("the name \"%s\" is one of the reader's own temporary files",
                             taken[i]);
    return NULL;
}

static bool means_kernel_image(const char *id)
{
    return id && (strcasecmp(id, "true") == 0 || strcasecmp(id, "yes") == 0);
}

static char *check_kernel_flag(const struct manifest_document *document)
{
    const struct manifest *manifest = document->manifest;
    bool machine = !manifest->type || strcmp(manifest->type, "machine") == 0;
    if (machine &&
        (means_kernel_image(manifest->kernel_id) || means_kernel_image(manifest->ramdisk_id)))
        return xstrdup("the kernel or ramdisk id is \"true\", which makes this a kernel image");
    return NULL;
}

/* -- Eucalyptus -- */

static char *check_eucalyptus_names(const struct manifest_document *document)
{
    static const struct {
        const char *prefix, *meaning;
    } taken[] = { { "vmlinuz", "kernel" }, { "initrd", "ramdisk" }, { "windows", "Windows" } };
    const char *type = document->manifest->type ? document->manifest->type : "machine";
    for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
        if (starts_with(document->file_name, taken[i].prefix) &&
            strcmp(type, taken[i].meaning) != 0)
            return xasprintf("a manifest named %s* is taken for a %s image", taken[i].prefix,
                             taken[i].meaning);
    return NULL;
}

static bool is_eucalyptus_id(const char *id, const char *prefix)
{
    return !id || !*id || (starts_with(id, prefix) && is_hex(id + strlen(prefix), 8));
}

static bool is_kernel_id(const char *id)
{
    return is_eucalyptus_id(id, "eki-") || is_eucalyptus_id(id, "aki-");
}

static bool is_ramdisk_id(const char *id)
{
    return is_eucalyptus_id(id, "eri-") || is_eucalyptus_id(id, "ari-");
}

static char *check_eucalyptus_ids(const struct manifest_document *document)
{
    const struct manifest *manifest = document->manifest;
    if (!is_kernel_id(manifest->kernel_id))
        return xasprintf("the kernel id \"%s\" is dropped: it is not [ae]ki- and 8 hex digits",
                         manifest->kernel_id);
    if (!is_ramdisk_id(manifest->ramdisk_id))
        return xasprintf("the ramdisk id \"%s\" is dropped: it is not [ae]ri- and 8 hex digits",
                         manifest->ramdisk_id);
    return NULL;
}

static char *check_eucalyptus_size(const struct manifest_document *document)
{
    enum { MANIFEST_LIMIT = 5 << 20 };
    if (document->length > MANIFEST_LIMIT)
        return xstrdup("the manifest is larger than 5 MiB");
    if (document->manifest->size > (INT64_C(30) << 30))
        return xstrdup("the image is larger than 30 GiB, the usual limit");
    return NULL;
}

static char *check_eucalyptus_signature(const struct manifest_document *document)
{
    const char *signature = document->manifest->signature;
    if (signature && strspn(signature, "0123456789abcdef") == strlen(signature) && *signature)
        return NULL;
    return xstrdup("it is not signed; versions before 4.2 verify the signature");
}

const struct reader_rule reader_rules[] = {
    { "declaration", READER_AWS, RULE_ERROR, check_declaration,
      "bundle the image again: a declaration added by hand is fine too, it is not signed" },
    { "type-after-user", READER_AWS, RULE_ERROR, check_type_follows_user,
      "write the manifest again with forge rekey" },
    { "machine-order", READER_AWS, RULE_ERROR, check_machine_order,
      "write the manifest again with forge rekey" },
    { "signature", READER_AWS, RULE_ERROR, check_signature_present,
      "sign it: forge rekey with --privatekey" },
    { "account", READER_AWS | READER_EUCALYPTUS, RULE_ERROR, check_user_digits,
      "bundle the image again with --user and the twelve digits" },
    { "mapping-names", READER_AWS, RULE_ERROR, check_mapping_names,
      "give --block-device-mapping names such as ami=sda1,ephemeral0=sdb" },
    { "size", READER_AWS, RULE_ERROR, check_aws_size, "make the image smaller" },
    { "architecture", READER_AWS, RULE_ERROR, check_aws_architecture,
      "bundle the image again with --arch" },
    { "version", READER_AWS, RULE_WARNING, check_aws_version,
      "write the manifest again with forge rekey" },
    { "signed-tags", READER_EUCALYPTUS, RULE_ERROR, check_signed_tags,
      "write the manifest again with forge rekey" },
    { "machine-configuration", READER_EUCALYPTUS, RULE_ERROR, check_machine_present,
      "write the manifest again with forge rekey" },
    { "quotes", READER_AWS, RULE_WARNING, check_quotes,
      "write the manifest again with forge rekey" },
    { "part-order", READER_EUCALYPTUS | READER_OPENSTACK, RULE_ERROR, check_part_order,
      "write the manifest again with forge rekey" },
    { "blanks", READER_EUCALYPTUS | READER_OPENSTACK, RULE_ERROR, check_blanks,
      "write the manifest again with forge rekey" },
    { "namespace", READER_OPENSTACK, RULE_ERROR, check_namespace,
      "write the manifest again with forge rekey" },
    { "nova-architecture", READER_OPENSTACK, RULE_ERROR, check_nova_architecture,
      "bundle the image again with --arch i686" },
    { "nova-location", READER_OPENSTACK, RULE_ERROR, check_nova_location,
      "upload to the root of a bucket of its own" },
    { "nova-names", READER_OPENSTACK, RULE_ERROR, check_nova_names,
      "bundle the image again with another --prefix" },
    { "kernel-flag", READER_EUCALYPTUS | READER_OPENSTACK, RULE_ERROR, check_kernel_flag,
      "leave --kernel and --ramdisk out, or give ids" },
    { "eucalyptus-names", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_names,
      "bundle the image again with another --prefix" },
    { "eucalyptus-ids", READER_EUCALYPTUS, RULE_WARNING, check_eucalyptus_ids,
      "give --kernel and --ramdisk ids of that cloud" },
    { "eucalyptus-size", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_size,
      "make the image smaller" },
    { "eucalyptus-signature", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_signature,
      "sign it: forge rekey with --privatekey" },
};
const size_t reader_rule_count = ARRAY_SIZE(reader_rules);
