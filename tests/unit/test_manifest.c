/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests as text: what is written can be read, and what is malformed is refused by name. */
#include "forge/base/strings.h"
#include "manifest/manifest.h"
#include "tests/unit/check.h"

static char *scratch;
static struct certificate *certificate;
static struct private_key *key;
static char *document; /* a signed manifest of two parts */

#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80709"

static char *text_of(const struct manifest *manifest, const struct private_key *signer)
{
    struct error *err = NULL;
    size_t length;
    char *text = manifest_format(manifest, signer, &length, &err);
    assert_ok(text, err);
    assert_int_equal(strlen(text), length);
    return text;
}

static void fill(struct manifest *manifest)
{
    AUTO_FREE unsigned char *zeros = xcalloc(256, 1);
    *manifest = (struct manifest){
        .version = MANIFEST_2007_10_10,
        .bundler_name = xstrdup("forge"),
        .bundler_version = xstrdup("1"),
        .bundler_release = xstrdup("0"),
        .architecture = xstrdup("x86_64"),
        .name = xstrdup("disk"),
        .user = xstrdup("123456789012"),
        .type = xstrdup("machine"),
        .digest = xstrdup(SHA1),
        .size = 1048576,
        .bundled_size = 32,
        .ec2_encrypted_key = hex_encode(zeros, 256),
        .user_encrypted_key = hex_encode(zeros, 256),
        .ec2_encrypted_iv = hex_encode(zeros, 256),
        .user_encrypted_iv = hex_encode(zeros, 256),
        .parts = xcalloc(2, sizeof(struct part)),
        .part_count = 2,
    };
    for (size_t i = 0; i < 2; i++)
        manifest->parts[i] = (struct part){ xasprintf("disk.part.%zu", i), xstrdup(SHA1) };
    manifest_add_mapping(manifest, "root", "/dev/sda1");
    manifest_add_mapping(manifest, "ami", "sda1");
    string_list_add(&manifest->product_codes, "CODE");
}

static int make_document(void **state)
{
    (void)state;
    struct error *err = NULL;
    scratch = make_scratch();
    AUTO_FREE char *certificate_path = path_join(scratch, "cert.pem");
    AUTO_FREE char *key_path = path_join(scratch, "key.pem");
    assert_ok(keygen(certificate_path, key_path, 2048, "test", &err) == 0, err);
    certificate = certificate_read(certificate_path, &err);
    assert_ok(certificate, err);
    key = private_key_read(key_path, NULL, &err);
    assert_ok(key, err);
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest);
    document = text_of(&manifest, key);
    return 0;
}

static int drop_document(void **state)
{
    (void)state;
    free(document);
    private_key_free(key);
    certificate_free(certificate);
    remove_scratch(scratch);
    return 0;
}

/* TEXT with the first FROM replaced by TO; owned. */
static char *edit(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("no %s to edit", from);
    return xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static int parse(const char *text, struct manifest *manifest, struct error **err)
{
    return manifest_parse(text, strlen(text), "test", manifest, err);
}

static void assert_refused(const char *text, const char *sentence)
{
    struct error *err = NULL;
    AUTO_MANIFEST struct manifest manifest = { 0 };
    if (parse(text, &manifest, &err) == 0)
        fail_msg("read although it should be refused: %s", sentence);
    assert_error(err, ERROR_INVALID, sentence);
}

static struct manifest assert_read(const char *text)
{
    struct error *err = NULL;
    struct manifest manifest = { 0 };
    assert_ok(parse(text, &manifest, &err) == 0, err);
    return manifest;
}

static void assert_authentic(const char *text)
{
    struct error *err = NULL;
    AUTO_MANIFEST struct manifest manifest = assert_read(text);
    assert_ok(manifest_check_signature(&manifest, certificate, &err) == 0, err);
}

/* TEXT signed again by the rule of FORMAT.md 4, whatever it looks like. */
static char *sign_again(const char *text)
{
    struct error *err = NULL;
    static const char *const names[] = { "machine_configuration", "image" };
    AUTO_FREE char *covered = xstrdup("");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        AUTO_FREE char *open = xasprintf("<%s>", names[i]);
        AUTO_FREE char *close = xasprintf("</%s>", names[i]);
        const char *start = strstr(text, open), *end = strstr(text, close);
        assert_true(start && end && start < end);
        char *longer = xasprintf("%s%.*s%s", covered, (int)(end - start), start, close);
        free(covered);
        covered = longer;
    }
    AUTO_FREE char *signature = private_key_sign(key, covered, strlen(covered), &err);
    assert_ok(signature, err);
    const char *start = strstr(text, "<signature>") + strlen("<signature>");
    return xasprintf("%.*s%s%s", (int)(start - text), text, signature, strstr(start, "</sig"));
}

static void what_is_written_can_be_read(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest = assert_read(document);
    AUTO_FREE char *again = text_of(&manifest, key);
    assert_string_equal(again, document);
    assert_authentic(document);
}

static void special_characters_survive(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest);
    manifest.kernel_id = xstrdup("a&b<c>d\"e'f \xc3\xa9");
    AUTO_FREE char *text = text_of(&manifest, key);
    assert_non_null(strstr(text, "a&amp;b&lt;c&gt;d&quot;e&apos;f \xc3\xa9"));
    AUTO_MANIFEST struct manifest again = assert_read(text);
    assert_string_equal(again.kernel_id, manifest.kernel_id);
    assert_authentic(text);
}

static void text_that_xml_cannot_hold_is_not_written(void **state)
{
    (void)state;
    static const char *const bad[] = { "bell\a", "\xff\xfe", "cut \xc3" };
    struct error *err = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        AUTO_MANIFEST struct manifest manifest;
        fill(&manifest);
        manifest.kernel_id = xstrdup(bad[i]);
        size_t length;
        assert_null(manifest_format(&manifest, key, &length, &err));
        assert_error(err, ERROR_INVALID, "kernel_id");
    }
}

static void without_a_key_it_says_unsigned(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_MANIFEST struct manifest manifest;
    fill(&manifest);
    AUTO_FREE char *text = text_of(&manifest, NULL);
    assert_non_null(strstr(text, "<signature>UNSIGNED</signature>"));
    AUTO_MANIFEST struct manifest again = assert_read(text);
    assert_int_equal(manifest_check_signature(&again, certificate, &err), -1);
    assert_error(err, ERROR_MISMATCH, "not signed");
}

static void mappings_stay_sorted_and_unique(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest = { 0 };
    manifest_add_mapping(&manifest, "swap", "sda3");
    manifest_add_mapping(&manifest, "ami", "sda1");
    manifest_add_mapping(&manifest, "ephemeral0", "sdb");
    manifest_add_mapping(&manifest, "ami", "sda");
    assert_int_equal(manifest.mapping_count, 3);
    assert_string_equal(manifest.mappings[0].virtual_name, "ami");
    assert_string_equal(manifest.mappings[0].device, "sda");
    assert_string_equal(manifest.mappings[1].virtual_name, "ephemeral0");
    assert_string_equal(manifest.mappings[2].virtual_name, "swap");
}

/* Other writers' manners that do not change what a manifest says. */
static void harmless_variants_are_read_and_authentic(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } edits[] = {
        { "<?xml version='1.0'?>", "" },
        { "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" },
        { "<?xml version='1.0'?>", "<?xml version='1.0' encoding='ASCII'?>\n" },
        { "</manifest>", "</manifest>\n" },
        { "algorithm='SHA1'", "algorithm=\"SHA1\"" },
        { "algorithm='SHA1'", "algorithm='sha1'" },
        { "<digest algorithm='SHA1'>" SHA1, "<digest>" SHA1 },
        { "<size>1048576<", "<size>\r\n  1048576\t<" },
        { "<user>", "\n    <user>" },
        { "<architecture>x86_64</architecture>",
          "<architecture><![CDATA[x86_64]]></architecture>" },
        { "<manifest>", "<manifest xmlns='urn:x'>" },
        { "<bundler>", "<later><image2/>text</later><bundler>" },
        { "</type>", "</type><later>unknown</later>" },
        { "<bundler>", "<!-- a comment --><bundler>" },
        { "</image>", "</image>\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
        AUTO_FREE char *edited = edit(document, edits[i].from, edits[i].to);
        AUTO_FREE char *text = sign_again(edited);
        assert_authentic(text);
    }
}

static void blanks_in_the_signature_do_not_matter(void **state)
{
    (void)state;
    AUTO_FREE char *text = edit(document, "<signature>", "<signature>\n  ");
    AUTO_FREE char *more = edit(text, "</signature>", " \r\n</signature>");
    assert_authentic(more);
}

static void parts_are_found_by_index(void **state)
{
    (void)state;
    AUTO_FREE char *first = edit(document, "index='0'", "index='x'");
    AUTO_FREE char *second = edit(first, "index='1'", "index='0'");
    AUTO_FREE char *third = edit(second, "index='x'", "index='1'");
    AUTO_MANIFEST struct manifest manifest = assert_read(third);
    assert_string_equal(manifest.parts[0].filename, "disk.part.1");
    assert_string_equal(manifest.parts[1].filename, "disk.part.0");
}

static void missing_parts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *sentence;
    } edits[] = {
        { "count='2'", "count='3'", "lacks the part with index 2 of 3" },
        { "count='2'", "count='1'", "not a number from 0 to 0" },
        { "count='2'", "count='1000000000'", "not a number from 0 to 1048576" },
        { "count='2'", "count='99999999999999999999999'", "the count of image/parts" },
        { "count='2'", "count='-1'", "the count of image/parts" },
        { "count='2'", "count=''", "the count of image/parts" },
        { "count='2'", "", "image/parts has no count" },
        { "index='1'", "index='0'", "image/parts/part with index 0 appears twice" },
        { "index='1'", "index='-1'", "the index of image/parts/part" },
        { "index='1'", "", "image/parts/part has no index" },
        { "<filename>disk.part.1</filename>", "", "lacks its filename" },
        { "<filename>disk.part.0</filename>", "<filename>a</filename><filename>b</filename>",
          "image/parts/part/filename appears twice" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
        AUTO_FREE char *text = edit(document, edits[i].from, edits[i].to);
        assert_refused(text, edits[i].sentence);
    }
    const char *start = strstr(document, "<parts"), *end = strstr(document, "</parts>");
    AUTO_FREE char *none =
        xasprintf("%.*s<parts count='0'>%s", (int)(start - document), document, end);
    assert_refused(none, "image/parts is empty");
}

static void part_names_that_lead_elsewhere_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "../x", "/etc/passwd", "a/b",     "..",        ".",
                                       "",     "  ",          "a&#10;b", "a&#x9b;2J", "a&#127;b" };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        AUTO_FREE char *text = edit(document, "disk.part.1", bad[i]);
        assert_refused(text, "manifest test: image/parts/part/filename ");
    }
    AUTO_FREE char *longest = xcalloc(301, 1);
    memset(longest, 'n', 300);
    AUTO_FREE char *text = edit(document, "disk.part.1", longest);
    assert_refused(text, "image/parts/part/filename");
}

static void malformed_fields_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *sentence;
    } edits[] = {
        { "<size>1048576", "<size>", "manifest test: image/size is empty" },
        { "<size>1048576", "<size>-1", "image/size is not a number in range" },
        { "<size>1048576", "<size>4611686018427387905", "image/size is not a number in range" },
        { "<size>1048576", "<size>99999999999999999999999", "image/size is not a number" },
        { "<size>1048576", "<size>0x10", "image/size is not a number" },
        { "<size>1048576", "<size>1 2", "image/size is not a number" },
        { "<size>1048576", "<size>1048576<b/>", "image/size holds an element" },
        { "<bundled_size>32", "<bundled_size>3.2", "image/bundled_size is not a number" },
        { "<version>2007-10-10", "<version>20071010", "version is \"20071010\"" },
        { "<version>2007-10-10", "<version>2", "version is \"2\"" },
        { "<version>2007-10-10", "<version>3", "version 3 and has a machine_configuration" },
        { "<name>disk", "<name>a/b", "image/name is not the name of a file" },
        { "'>" SHA1, "'>da39", "image/digest is not a SHA-1 digest" },
        { "'>" SHA1, "'>zz39a3ee5e6b4b0d3255bfef95601890afd80709", "image/digest is not a SHA-1" },
        { "algorithm='SHA1'", "algorithm='MD5'", "image/digest is by an algorithm other" },
        { "algorithm='AES-128-CBC'", "algorithm='AES-256'", "image/ec2_encrypted_key is by" },
        { "<ec2_encrypted_iv>0", "<ec2_encrypted_iv>", "image/ec2_encrypted_iv is not hexa" },
        { "<user_encrypted_iv>00", "<user_encrypted_iv>zz", "image/user_encrypted_iv is not hexa" },
        { "</type>", "</type><type>machine</type>", "image/type appears twice" },
        { "</image>", "</image><image></image>", "image appears twice" },
        { "<virtual>ami</virtual>", "", "mapping lacks its virtual name" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
        AUTO_FREE char *text = edit(document, edits[i].from, edits[i].to);
        assert_refused(text, edits[i].sentence);
    }
}

static void missing_fields_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {
        "version",
        "image/name",
        "image/user",
        "image/type",
        "image/digest",
        "image/size",
        "image/bundled_size",
        "image/ec2_encrypted_key",
        "image/user_encrypted_key",
        "image/ec2_encrypted_iv",
        "image/user_encrypted_iv",
        "image/parts",
        "signature",
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *image = starts_with(names[i], "image/") ? strstr(document, "<image>")
                                                            : document;
        AUTO_FREE char *open = xasprintf("<%s", path_basename(names[i]));
        AUTO_FREE char *close = xasprintf("</%s>", path_basename(names[i]));
        const char *start = strstr(image, open);
        /* An image's digest comes before the parts', <version> before the bundler's. */
        const char *end = strstr(start, close) + strlen(close);
        AUTO_FREE char *text = xasprintf("%.*s%s", (int)(start - document), document, end);
        AUTO_FREE char *sentence = xasprintf("it has no %s", names[i]);
        assert_refused(text, sentence);
    }
}

static void what_is_not_a_manifest_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        { "", "empty" },
        { "\x7f"
          "ELF",
          "it is not XML" },
        { "this is no XML", "it is not XML" },
        { "<manifest>", "not well-formed XML: line 1" },
        { "<manifest><version>3</manifest>", "not well-formed XML" },
        { "<html></html>", "it has no manifest" },
        { "<manifest/>", "it has no version" },
        { "<manifest>&nbsp;</manifest>", "not well-formed XML" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        assert_refused(rows[i].text, rows[i].sentence);
}

static void doctype_is_refused_whole(void **state)
{
    (void)state;
    static const char *const doctypes[] = {
        "<!DOCTYPE manifest>",
        "<!DOCTYPE manifest SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE manifest [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>",
        "<!DOCTYPE manifest [<!ENTITY % a SYSTEM 'http://127.0.0.1:1/'> %a;]>",
    };
    for (size_t i = 0; i < ARRAY_SIZE(doctypes); i++) {
        AUTO_FREE char *with = xasprintf("%s<manifest>", doctypes[i]);
        AUTO_FREE char *text = edit(document, "<manifest>", with);
        assert_refused(text, "DOCTYPE");
    }
}

static void deep_and_long_documents_are_refused(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    AUTO_FREE char *deep = xcalloc(DEPTH * 3 + 1, 1);
    for (size_t i = 0; i < DEPTH; i++)
        memcpy(deep + 3 * i, "<a>", 3);
    assert_refused(deep, "not well-formed XML");
    AUTO_FREE char *name = xcalloc(100001, 1);
    memset(name, 'n', 100000);
    AUTO_FREE char *text = edit(document, "<name>disk", name);
    AUTO_FREE char *long_name = edit(document, "disk", name);
    assert_refused(text, "");
    assert_refused(long_name, "longer than");
}

/* libxml2 compares each attribute with all others. */
static void tag_with_endless_attributes_is_refused_at_once(void **state)
{
    (void)state;
    enum { COUNT = 1000000, WIDTH = 13 };
    AUTO_FREE char *tag = xcalloc(COUNT * WIDTH + 16, 1);
    char *to = stpcpy(tag, "<manifest");
    for (size_t i = 0; i < COUNT; i++)
        to += sprintf(to, " a%07zu=''", i);
    strcpy(to, "/>");
    assert_refused(tag, "one of its tags has more than 4096 bytes");
}

static void encodings_that_hide_ascii_are_refused(void **state)
{
    (void)state;
    static const char *const encodings[] = { "IBM037", "EBCDIC-US", "UTF-7", "nonsense" };
    for (size_t i = 0; i < ARRAY_SIZE(encodings); i++) {
        AUTO_FREE char *declaration =
            xasprintf("<?xml version='1.0' encoding='%s'?>", encodings[i]);
        AUTO_FREE char *text = edit(document, "<?xml version='1.0'?>", declaration);
        assert_refused(text, "manifest test: it is ");
    }
}

/* The plain search would find the original in the comment, while a parser reads the forgery. */
static void signature_over_other_elements_is_not_believed(void **state)
{
    (void)state;
    struct error *err = NULL;
    const char *start = strstr(document, "<machine_configuration>");
    const char *end = strstr(document, "</image>") + strlen("</image>");
    AUTO_FREE char *original = xstrndup(start, (size_t)(end - start));
    AUTO_FREE char *hidden = xasprintf("<!--%s--><machine_configuration >", original);
    AUTO_FREE char *step = edit(document, "<machine_configuration>", hidden);
    AUTO_FREE char *unknown = xasprintf("<x>%s</x><machine_configuration >", original);
    AUTO_FREE char *step_two = edit(document, "<machine_configuration>", unknown);
    const char *const steps[] = { step, step_two };
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        const char *tail = strstr(steps[i], "<machine_configuration >");
        AUTO_FREE char *forged_tail = edit(tail, "/dev/sda1", "/dev/evil");
        AUTO_FREE char *text = xasprintf("%.*s%s", (int)(tail - steps[i]), steps[i], forged_tail);
        AUTO_MANIFEST struct manifest manifest = assert_read(text);
        assert_string_equal(manifest.mappings[1].device, "/dev/evil");
        assert_int_equal(manifest_check_signature(&manifest, certificate, &err), -1);
        assert_error(err, ERROR_MISMATCH, "does not cover");
    }
}

static void attribute_on_a_signed_element_leaves_nothing_signed(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *text = edit(document, "<image>", "<image id='1'>");
    AUTO_MANIFEST struct manifest manifest = assert_read(text);
    assert_int_equal(manifest_check_signature(&manifest, certificate, &err), -1);
    assert_error(err, ERROR_MISMATCH, "does not cover");
}

static void unreadable_file_is_invalid(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_MANIFEST struct manifest manifest = { 0 };
    AUTO_FREE char *missing = path_join(scratch, "missing.manifest.xml");
    assert_int_equal(manifest_read(missing, &manifest, &err), -1);
    assert_error(err, ERROR_INVALID, "missing.manifest.xml: No such file");
    assert_int_equal(manifest_read(scratch, &manifest, &err), -1);
    assert_error(err, ERROR_INVALID, "directory");
    assert_int_equal(manifest_read("/dev/zero", &manifest, &err), -1);
    assert_error(err, ERROR_INVALID, "longer than");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(special_characters_survive),
        cmocka_unit_test(text_that_xml_cannot_hold_is_not_written),
        cmocka_unit_test(without_a_key_it_says_unsigned),
        cmocka_unit_test(mappings_stay_sorted_and_unique),
        cmocka_unit_test(harmless_variants_are_read_and_authentic),
        cmocka_unit_test(blanks_in_the_signature_do_not_matter),
        cmocka_unit_test(parts_are_found_by_index),
        cmocka_unit_test(missing_parts_are_refused),
        cmocka_unit_test(part_names_that_lead_elsewhere_are_refused),
        cmocka_unit_test(malformed_fields_are_refused_by_name),
        cmocka_unit_test(missing_fields_are_refused_by_name),
        cmocka_unit_test(what_is_not_a_manifest_is_refused),
        cmocka_unit_test(doctype_is_refused_whole),
        cmocka_unit_test(deep_and_long_documents_are_refused),
        cmocka_unit_test(tag_with_endless_attributes_is_refused_at_once),
        cmocka_unit_test(encodings_that_hide_ascii_are_refused),
        cmocka_unit_test(signature_over_other_elements_is_not_believed),
        cmocka_unit_test(attribute_on_a_signed_element_leaves_nothing_signed),
        cmocka_unit_test(unreadable_file_is_invalid),
    };
    return cmocka_run_group_tests(tests, make_document, drop_document);
}
