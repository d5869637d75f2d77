/* SPDX-License-Identifier: Apache-2.0 */
/* Random bundles: whatever fields, sizes, names and settings, all comes back as it was. */
#include "forge/base/strings.h"
#include "manifest/bundle.h"
#include "tests/unit/memory_device.h"
#include "tests/unit/output_device.h"

enum { COMBINATIONS = 500, LARGEST_IMAGE = 300 << 10 };

static char *scratch;
static struct certificate *certificate;
static struct private_key *key;

static int make_keys(void **state)
{
    (void)state;
    struct error *err = NULL;
    scratch = make_scratch();
    AUTO_FREE char *cert = path_join(scratch, "cert.pem");
    AUTO_FREE char *pem = path_join(scratch, "key.pem");
    assert_ok(keygen(cert, pem, 2048, "123456789012", &err) == 0, err);
    certificate = certificate_read(cert, &err);
    key = private_key_read(pem, NULL, &err);
    assert_ok(certificate && key, err);
    return 0;
}

static int remove_keys(void **state)
{
    (void)state;
    certificate_free(certificate);
    private_key_free(key);
    remove_scratch(scratch);
    return 0;
}

/* The same numbers in every run (xorshift64*). */
static uint64_t state_of_chance;

static uint64_t chance(uint64_t below)
{
    state_of_chance ^= state_of_chance >> 12;
    state_of_chance ^= state_of_chance << 25;
    state_of_chance ^= state_of_chance >> 27;
    return state_of_chance * UINT64_C(2685821657736338717) % below;
}

/* LENGTH characters or a few more bytes; XML's own and two of several bytes among them. No blank at
 * the ends: readers trim. Owned. */
static char *random_text(size_t length)
{
    static const char *const pieces[] = { "a",   "Z",     "0",        "-",           ".", "_",
                                          " ",   "&",     "<",        ">",           "'", "\"",
                                          "]]>", "&amp;", "\xc3\xa4", "\xe2\x82\xac" };
    char *text = xstrdup("");
    for (size_t i = 0; i < length; i++) {
        const char *piece = pieces[chance(ARRAY_SIZE(pieces))];
        bool edge = i == 0 || i + 1 == length;
        char *longer = xasprintf("%s%s", text, edge && *piece == ' ' ? "b" : piece);
        free(text);
        text = longer;
    }
    return text;
}

/* The name of a file, at most LONGEST bytes; short ones are frequent. Owned. */
static char *random_name(void)
{
    enum { LONGEST = 235 };
    char *name = random_text(1 + chance(chance(4) ? 12 : 100));
    size_t length = strlen(name);
    for (; length > LONGEST; length--)
        name[length - 1] = '\0';
    /* Perhaps half a character is left, or a blank at the end. */
    while (length && ((unsigned char)name[length - 1] & 0x80 || name[length - 1] == ' '))
        name[--length] = '\0';
    if (!length || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        free(name);
        return xstrdup("image");
    }
    return name;
}

static char *maybe_text(size_t longest)
{
    return chance(2) ? random_text(1 + chance(longest)) : NULL;
}

static void random_list(struct string_list *list)
{
    for (uint64_t count = chance(3) ? 0 : 1 + chance(4); count; count--)
        string_list_take(list, random_text(1 + chance(10)));
}

static struct manifest random_fields(void)
{
    struct manifest fields = { .name = random_name(), .architecture = random_text(1 + chance(8)) };
    fields.user = xasprintf("%012llu", (unsigned long long)chance(1000000000000));
    fields.type = xstrdup(bundle_type_names[chance(3)]);
    if (strcmp(fields.type, "kernel") == 0)
        fields.kernel_name = random_text(1 + chance(20));
    fields.kernel_id = maybe_text(12);
    fields.ramdisk_id = maybe_text(12);
    for (uint64_t count = chance(6); count; count--) {
        AUTO_FREE char *virtual_name = random_text(1 + chance(6));
        AUTO_FREE char *device = random_text(1 + chance(10));
        manifest_add_mapping(&fields, virtual_name, device);
    }
    random_list(&fields.product_codes);
    random_list(&fields.ancestry);
    return fields;
}

/* Runs of noise, of one byte, and of zeros. */
static struct memory_device random_image(void)
{
    int64_t size = 1 + (int64_t)chance(chance(5) ? LARGEST_IMAGE : 2000);
    struct memory_device image = memory_device_new(size);
    for (int64_t at = 0; at < size;) {
        int64_t length = 1 + (int64_t)chance(100000);
        length = length < size - at ? length : size - at;
        uint64_t kind = chance(4);
        if (kind == 0)
            fill_noise(image.bytes + at, (size_t)length, chance(1 << 20));
        else if (kind == 1)
            memset(image.bytes + at, 'x', (size_t)length);
        at += length;
    }
    return image;
}

/* What the device says of its zeros: of each block of 4 KiB the truth, or nothing. */
static size_t random_extents(const struct memory_device *image, struct extent *extents)
{
    enum { UNIT = 4096 };
    size_t count = 0;
    for (int64_t at = 0; at < image->device.size; at += UNIT, count++) {
        int64_t length = image->device.size - at < UNIT ? image->device.size - at : UNIT;
        bool zero = chance(4) > 0;
        for (int64_t i = 0; i < length && zero; i++)
            zero = image->bytes[at + i] == 0;
        extents[count] = (struct extent){ .offset = at, .length = length, .zero = zero };
    }
    return count;
}

static int64_t random_part_size(void)
{
    const int64_t sizes[] = { 700, 4096, 50000, 1 << 20, 0 };
    return sizes[chance(ARRAY_SIZE(sizes))];
}

static void assert_text(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(a == b);
}

static void assert_list(const struct string_list *a, const struct string_list *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_string_equal(a->items[i], b->items[i]);
}

static void assert_fields(const struct manifest *read, const struct manifest *given)
{
    assert_string_equal(read->name, given->name);
    assert_string_equal(read->user, given->user);
    assert_string_equal(read->type, given->type);
    assert_string_equal(read->architecture, given->architecture);
    assert_text(read->kernel_name, given->kernel_name);
    assert_text(read->kernel_id, given->kernel_id);
    assert_text(read->ramdisk_id, given->ramdisk_id);
    assert_list(&read->product_codes, &given->product_codes);
    assert_list(&read->ancestry, &given->ancestry);
    assert_int_equal(read->mapping_count, given->mapping_count);
    for (size_t i = 0; i < given->mapping_count; i++) {
        assert_string_equal(read->mappings[i].virtual_name, given->mappings[i].virtual_name);
        assert_string_equal(read->mappings[i].device, given->mappings[i].device);
    }
}

static void assert_verified(const struct manifest *manifest, const struct bundle_keys *keys,
                            const char *directory)
{
    struct error *err = NULL;
    AUTO_REPORT struct bundle_report report = { 0 };
    assert_ok(bundle_verify(manifest, keys, directory, NULL, &report, &err) == 0, err);
    for (int check = 0; check < BUNDLE_CHECK_COUNT; check++)
        if (report.verdicts[check] != BUNDLE_OK)
            fail_msg("%s: %s", bundle_check_name(check),
                     report.fault_count ? report.faults[0].message : "not checked");
}

static void go_round(struct memory_device *image, const struct manifest *fields)
{
    struct error *err = NULL;
    char *directory = make_scratch();
    const struct bundle_options options = {
        .directory = directory,
        .fields = fields,
        .keys = { certificate, key, certificate },
        .mtime = (int64_t)chance(chance(2) ? 4000000000 : INT64_C(20000000000)),
        .sparse = (enum bundle_sparse)chance(3),
        .part_size = random_part_size(),
        .level = (int)chance(13),
        .packer = chance(4) ? NULL : "zlib",
        .reproducible = chance(4) == 0,
        .threads = 1 + (unsigned)chance(4),
    };
    AUTO_MANIFEST struct manifest made = { 0 }, read = { 0 };
    AUTO_FREE char *path = NULL;
    assert_ok(bundle_create(&image->device, &options, NULL, &made, &path, &err) == 0, err);
    assert_ok(manifest_read(path, &read, &err) == 0, err);
    assert_fields(&read, fields);
    assert_int_equal(read.size, image->device.size);
    assert_verified(&read, &options.keys, directory);
    AUTO_OUTPUT struct output_device out = output_device_new(image->device.size);
    int64_t mtime = -1;
    assert_ok(bundle_extract(&read, key, directory, &out.device, NULL, &mtime, NULL, &err) == 0,
              err);
    assert_int_equal(mtime, options.mtime);
    assert_memory_equal(out.bytes, image->bytes, image->device.size);
    remove_scratch(directory);
}

static void random_bundles_come_back(void **state)
{
    (void)state;
    const char *given = getenv("FORGE_TEST_SEED");
    state_of_chance = given ? strtoull(given, NULL, 0) : 20071010;
    printf("seed %llu (FORGE_TEST_SEED sets another)\n", (unsigned long long)state_of_chance);
    for (int i = 0; i < COMBINATIONS; i++) {
        struct extent extents[LARGEST_IMAGE / 4096 + 1];
        struct memory_device image = random_image();
        if (chance(2)) {
            image.extent_count = random_extents(&image, extents);
            image.extents = extents;
        }
        AUTO_MANIFEST struct manifest fields = random_fields();
        go_round(&image, &fields);
        free(image.bytes);
    }
}

static void the_count_of_parts_decides_about_their_names(void **state)
{
    (void)state;
    const struct {
        int64_t part_size;
        size_t least, most;
        const char *first;
    } rows[] = {
        { 1 << 20, 1, 9, "web.part.0" },
        { 10000, 10, 99, "web.part.00" },
        { 1000, 100, 999, "web.part.000" },
        { 80, 1000, 9999, "web.part.0000" },
    };
    struct memory_device image = memory_device_new(200000);
    fill_noise(image.bytes, 200000, 1);
    for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
        struct error *err = NULL;
        char *directory = make_scratch();
        const struct manifest fields = { .name = (char *)"web",
                                         .user = (char *)"123456789012",
                                         .architecture = (char *)"x86_64" };
        const struct bundle_options options = { .directory = directory,
                                                .fields = &fields,
                                                .keys = { certificate, key, certificate },
                                                .part_size = rows[row].part_size };
        AUTO_MANIFEST struct manifest made = { 0 };
        AUTO_FREE char *path = NULL;
        assert_ok(bundle_create(&image.device, &options, NULL, &made, &path, &err) == 0, err);
        assert_in_range(made.part_count, rows[row].least, rows[row].most);
        assert_string_equal(made.parts[0].filename, rows[row].first);
        assert_int_equal(strlen(made.parts[made.part_count - 1].filename), strlen(rows[row].first));
        assert_verified(&made, &options.keys, directory);
        remove_scratch(directory);
    }
    free(image.bytes);
}

/* A device that is one hole but for its last five bytes. */
static int far_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                     struct error **err)
{
    (void)err;
    memset(buffer, 0, count);
    if (offset + (int64_t)count == device->size)
        ((char *)buffer)[count - 1] = 'z';
    return 0;
}

static int far_extents(struct device *device, int64_t offset, int64_t length, extent_visitor *visit,
                       void *opaque, struct error **err)
{
    (void)offset;
    (void)length;
    const struct extent hole = { .length = device->size - 5, .zero = true };
    const struct extent data = { .offset = device->size - 5, .length = 5 };
    return visit(opaque, &hole, err) || visit(opaque, &data, err) ? -1 : 0;
}

static void images_beyond_8_gib_are_described_right(void **state)
{
    (void)state;
    const struct device_ops ops = { .pread = far_pread, .extents = far_extents };
    const int64_t sizes[] = { INT64_C(8589934591), INT64_C(8589934592), INT64_C(70000000001) };
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
        for (int sparse = BUNDLE_SPARSE_CONTENT; sparse <= BUNDLE_SPARSE_EXTENTS; sparse++) {
            struct error *err = NULL;
            struct device image = { .ops = &ops, .size = sizes[i] };
            char *directory = make_scratch();
            const struct manifest fields = { .name = (char *)"web",
                                             .user = (char *)"123456789012",
                                             .architecture = (char *)"x86_64" };
            const struct bundle_options options = { .directory = directory,
                                                    .fields = &fields,
                                                    .keys = { certificate, key, certificate },
                                                    .sparse = (enum bundle_sparse)sparse,
                                                    .no_size_checks = true };
            AUTO_MANIFEST struct manifest made = { 0 };
            AUTO_FREE char *path = NULL;
            assert_ok(bundle_create(&image, &options, NULL, &made, &path, &err) == 0, err);
            assert_int_equal(made.size, sizes[i]);
            assert_verified(&made, &options.keys, directory);
            remove_scratch(directory);
        }
}

int main(void)
{
    /* Thousands of parts are synced: in memory that takes no time. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_bundles_come_back),
        cmocka_unit_test(the_count_of_parts_decides_about_their_names),
        cmocka_unit_test(images_beyond_8_gib_are_described_right),
    };
    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
