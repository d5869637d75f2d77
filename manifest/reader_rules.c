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

/* The first element in document order, NODE, its later siblings and what is in them, that IS one.
 */
static const xmlNode *find(const xmlNode *node, bool (*is)(const xmlNode *))
{
    for (; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        const xmlNode *found = is(node) ? node : find(node->children, is);
        if (found)
            return found;
    }
    return NULL;
}

static bool is_named(const xmlNode *node, const char *name)
{
    return strcmp((const char *)node->name, name) == 0;
}

/* Is one of CHARACTERS in the text of NODE? */
static bool text_has(const xmlNode *node, const char *characters)
{
    xmlChar *text = xmlNodeGetContent(node);
    bool has = text && strpbrk((const char *)text, characters);
    xmlFree(text);
    return has;
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

static bool is_signature_with_blanks(const xmlNode *node)
{
    return is_named(node, "signature") && text_has(node, " \t\r\n");
}

/* ec2-migrate-manifest checks the signature over the document as it would write it itself. */
static char *check_migration(const struct manifest_document *document)
{
    const char *manifest = strstr(document->text, "<manifest");
    AUTO_FREE char *hidden = check_signed_tags(document);
    const char *reason = hidden;
    if (manifest && strchr(manifest, '"'))
        reason = "attributes stand in double quotes";
    else if (manifest && strchr(manifest, '\r'))
        reason = "lines end in CR LF";
    else if (find(root_of(document), is_signature_with_blanks))
        reason = "there are blanks inside signature";
    return reason ? xasprintf("%s: ec2-migrate-manifest, which writes the document anew, finds "
                              "another signature",
                              reason)
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

/* Elements whose text is converted as it stands; user_encrypted_key is read by neither cloud. */
static bool is_key_with_blanks(const xmlNode *node)
{
    return (is_named(node, "ec2_encrypted_key") || is_named(node, "ec2_encrypted_iv")) &&
           text_has(node, " \t\r\n");
}

static bool is_exact_with_blanks(const xmlNode *node)
{
    return is_key_with_blanks(node) || is_signature_with_blanks(node) ||
           ((is_named(node, "size") || is_named(node, "bundled_size") ||
             is_named(node, "digest")) &&
            text_has(node, " \t\r\n"));
}

static char *blanks_inside(const xmlNode *node)
{
    return node ? xasprintf("there are blanks inside %s", (const char *)node->name) : NULL;
}

static char *check_eucalyptus_blanks(const struct manifest_document *document)
{
    return blanks_inside(find(root_of(document), is_exact_with_blanks));
}

static char *check_nova_blanks(const struct manifest_document *document)
{
    return blanks_inside(find(root_of(document), is_key_with_blanks));
}

static char *check_namespace(const struct manifest_document *document)
{
    const xmlNode *root = root_of(document);
    return root->ns || root->nsDef ? xstrdup("the manifest element has an XML namespace") : NULL;
}

/* Clouds of Eucalyptus do not mind the namespace, but their users' tool does. */
static char *check_euca_unbundle(const struct manifest_document *document)
{
    AUTO_FREE char *reason = check_namespace(document);
    return reason ? xasprintf("%s: euca-unbundle finds nothing in it", reason) : NULL;
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

static char *check_eucalyptus_architecture(const struct manifest_document *document)
{
    static const char *const known[] = { "i386", "x86_64", "other" };
    const char *architecture = document->manifest->architecture;
    for (size_t i = 0; architecture && i < ARRAY_SIZE(known); i++)
        if (strcmp(architecture, known[i]) == 0)
            return NULL;
    return xasprintf("the architecture \"%s\" is none of i386, x86_64 and other",
                     architecture ? architecture : "");
}

static bool is_user(const xmlNode *node)
{
    return is_named(node, "user");
}

/* It takes the first user element of the document, wherever it is. */
static char *check_eucalyptus_account(const struct manifest_document *document)
{
    const xmlNode *user = find(root_of(document), is_user);
    return user && user->parent != image_of_tree(document)
               ? xasprintf("a user element inside %s comes before the account's",
                           (const char *)user->parent->name)
               : NULL;
}

static bool is_part_digest_in_capitals(const xmlNode *node)
{
    return is_named(node, "digest") && is_named(node->parent, "part") && text_has(node, "ABCDEF");
}

static char *check_eucalyptus_digests(const struct manifest_document *document)
{
    return find(root_of(document), is_part_digest_in_capitals)
               ? xstrdup("a part's digest has capital letters, and is compared as text")
               : NULL;
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
      "bundle the image again with --arch; for version 3 forge rekey is enough" },
    { "migration", READER_AWS, RULE_WARNING, check_migration,
      "write the manifest again with forge rekey" },
    { "part-order", READER_EUCALYPTUS | READER_OPENSTACK, RULE_ERROR, check_part_order,
      "write the manifest again with forge rekey" },
    { "nova-blanks", READER_OPENSTACK, RULE_ERROR, check_nova_blanks,
      "write the manifest again with forge rekey" },
    { "eucalyptus-blanks", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_blanks,
      "write the manifest again with forge rekey" },
    { "euca-unbundle", READER_EUCALYPTUS, RULE_WARNING, check_euca_unbundle,
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
    { "eucalyptus-architecture", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_architecture,
      "bundle the image again with --arch" },
    { "eucalyptus-account", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_account,
      "write the manifest again with forge rekey" },
    { "eucalyptus-digests", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_digests,
      "write the manifest again with forge rekey" },
    { "eucalyptus-size", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_size,
      "make the image smaller" },
    { "eucalyptus-signature", READER_EUCALYPTUS, RULE_ERROR, check_eucalyptus_signature,
      "sign it: forge rekey with --privatekey" },
};
const size_t reader_rule_count = ARRAY_SIZE(reader_rules);
