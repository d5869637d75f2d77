/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles from memory: what they hold, what is refused, and that a failure leaves nothing. */
#include "forge/base/cancel.h"
#include "forge/base/digest.h"
#include "forge/base/strings.h"
#include "manifest/bundle.h"
#include "manifest/bundle_stats.h"
#include "manifest/cipher.h"
#include "manifest/source_tar.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <zlib.h>

enum { BLOCK = BUNDLE_SPARSE_BLOCK };

/* Two pairs, as a user and a cloud have them. */
static char *keys_directory;
static struct certificate *user_certificate, *ec2_certificate;
static struct private_key *user_key, *ec2_key;

static int make_pair(const char *name, struct certificate **certificate, struct private_key **key)
{
    struct error *err = NULL;
    AUTO_FREE char *cert = xasprintf("%s/%s-cert.pem", keys_directory, name);
    AUTO_FREE char *pem = xasprintf("%s/%s-key.pem", keys_directory, name);
    assert_ok(keygen(cert, pem, 2048, name, &err) == 0, err);
    *certificate = certificate_read(cert, &err);
    *key = private_key_read(pem, NULL, &err);
    assert_ok(*certificate && *key, err);
    return 0;
}

static int make_keys(void **state)
{
    (void)state;
    keys_directory = make_scratch();
    return make_pair("user", &user_certificate, &user_key) ||
           make_pair("ec2", &ec2_certificate, &ec2_key);
}

static int remove_keys(void **state)
{
    (void)state;
    certificate_free(user_certificate);
    certificate_free(ec2_certificate);
    private_key_free(user_key);
    private_key_free(ec2_key);
    remove_scratch(keys_directory);
    return 0;
}

static struct manifest fields(void)
{
    return (struct manifest){ .name = (char *)"web",
                              .user = (char *)"1234-5678-9012",
                              .architecture = (char *)"x86_64" };
}

static struct bundle_options options_for(const char *directory, const struct manifest *of)
{
    return (struct bundle_options){
        .directory = directory,
        .fields = of,
        .keys = { user_certificate, user_key, ec2_certificate },
        .mtime = 1700000000,
        .part_size = 100000,
        .threads = 2,
    };
}

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

/* Data, a hole, more data, an odd end. */
static struct memory_device make_image(void)
{
    struct memory_device memory = memory_device_new(40 * BLOCK + 12345);
    fill_noise(memory.bytes, 5 * BLOCK, 1);
    memset(memory.bytes + 20 * BLOCK, 'a', 10 * BLOCK);
    memory.bytes[40 * BLOCK + 12344] = 'z';
    return memory;
}

static void decrypt_key(const struct private_key *key, const char *wrapped, unsigned char bytes[16])
{
    struct error *err = NULL;
    AUTO(secret_free) struct secret *digits = private_key_decrypt(key, wrapped, &err);
    assert_ok(digits, err);
    assert_true(is_hex(digits->text, 32));
    assert_true(hex_decode(digits->text, bytes, 16));
}

/* The parts' bytes one after the other; checks each digest and size on the way. */
static unsigned char *read_parts(const char *directory, const struct manifest *manifest)
{
    unsigned char *all = xcalloc(1, (size_t)manifest->bundled_size + 1), *at = all;
    for (size_t i = 0; i < manifest->part_count; i++) {
        struct error *err = NULL;
        AUTO_FREE char *path = path_join(directory, manifest->parts[i].filename);
        AUTO_FREE char *digest = digest_file(DIGEST_SHA1, path, &err);
        assert_ok(digest, err);
        assert_string_equal(digest, manifest->parts[i].digest);
        struct stat status;
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0644);
        FILE *file = fopen(path, "r");
        assert_int_equal(fread(at, 1, (size_t)status.st_size, file), status.st_size);
        fclose(file);
        at += status.st_size;
    }
    assert_int_equal(at - all, manifest->bundled_size);
    return all;
}

/* Decrypt and inflate what lies in DIRECTORY by the libraries alone; owned, *LENGTH bytes. */
static unsigned char *open_bundle(const char *directory, const struct manifest *manifest,
                                  size_t *length)
{
    struct error *err = NULL;
    struct cipher_key key, cloud;
    decrypt_key(user_key, manifest->user_encrypted_key, key.key);
    decrypt_key(user_key, manifest->user_encrypted_iv, key.iv);
    decrypt_key(ec2_key, manifest->ec2_encrypted_key, cloud.key);
    decrypt_key(ec2_key, manifest->ec2_encrypted_iv, cloud.iv);
    assert_memory_equal(&key, &cloud, sizeof(key));

    AUTO_FREE unsigned char *encrypted = read_parts(directory, manifest);
    size_t count = (size_t)manifest->bundled_size, came, last;
    AUTO_FREE unsigned char *gzip = xcalloc(1, count + CIPHER_BLOCK);
    AUTO(cipher_free) struct cipher *cipher = cipher_new_decrypt(&key, &err);
    assert_ok(cipher, err);
    assert_ok(cipher_update(cipher, encrypted, count, gzip, &came, &err) == 0, err);
    assert_ok(cipher_final(cipher, gzip + came, &last, &err) == 0, err);

    size_t room = 64 << 20;
    unsigned char *tar = xcalloc(1, room);
    z_stream z = { .next_in = gzip, .avail_in = (uInt)(came + last) };
    assert_int_equal(inflateInit2(&z, 16 + 15), Z_OK);
    z.next_out = tar;
    z.avail_out = (uInt)room;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    *length = z.total_out;
    inflateEnd(&z);
    return tar;
}

static void a_bundle_holds_the_tar_stream_of_its_image(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    struct memory_device memory = make_image();
    struct manifest in = fields();
    struct bundle_options options = options_for(directory, &in);
    AUTO_MANIFEST struct manifest made = { 0 };
    AUTO_FREE char *path = NULL;
    assert_ok(bundle_create(&memory.device, &options, NULL, &made, &path, &err) == 0, err);
    assert_true(ends_with(path, "/web.manifest.xml"));
    assert_int_equal(made.size, memory.device.size);
    assert_string_equal(made.user, "123456789012");
    assert_string_equal(made.type, "machine");
    assert_int_equal(count_entries(directory), made.part_count + 1);
    assert_int_equal(made.part_count, (made.bundled_size + 99999) / 100000);

    AUTO_MANIFEST struct manifest reread = { 0 };
    assert_ok(manifest_read(path, &reread, &err) == 0, err);
    assert_ok(manifest_check_signature(&reread, user_certificate, &err) == 0, err);
    assert_string_equal(reread.signature, made.signature);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);

    size_t length;
    AUTO_FREE unsigned char *tar = open_bundle(directory, &reread, &length);
    AUTO(digest_free) struct digest *sha1 = digest_new(DIGEST_SHA1, &err);
    assert_ok(sha1, err);
    digest_update(sha1, tar, length);
    AUTO_FREE char *digest = digest_final_hex(sha1);
    assert_string_equal(digest, made.digest);
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    assert_ok(sparse_map_scan(&memory.device, 2, NULL, &map, NULL, &(struct bundle_stats){ 0 },
                              &err) == 0,
              err);
    struct tar_member member = { .name = "web", .mtime = 1700000000, .map = &map };
    AUTO(source_close) struct source *source = source_tar_new(&memory.device, &member);
    AUTO_FREE unsigned char *expected = xcalloc(1, length + 1);
    assert_int_equal(source_read_full(source, expected, length + 1, &err), length);
    assert_memory_equal(tar, expected, length);
    free(memory.bytes);
    remove_scratch(directory);
}

/* One digest for one content, whatever the threads, the packer and the level. */
static void the_digest_depends_on_the_content_alone(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct memory_device memory = make_image();
    struct manifest in = fields();
    AUTO_FREE char *first = NULL;
    for (unsigned i = 0; i < 4; i++) {
        char *directory = make_scratch();
        struct bundle_options options = options_for(directory, &in);
        options.threads = i;
        options.packer = i % 2 ? "zlib" : NULL;
        options.level = (int)(3 * i);
        AUTO_MANIFEST struct manifest made = { 0 };
        AUTO_FREE char *path = NULL;
        assert_ok(bundle_create(&memory.device, &options, NULL, &made, &path, &err) == 0, err);
        if (first)
            assert_string_equal(made.digest, first);
        else
            first = xstrdup(made.digest);
        remove_scratch(directory);
    }
    free(memory.bytes);
}

static void refused(const struct bundle_options *options, int64_t size, enum error_cause cause,
                    const char *sentence)
{
    struct error *err = NULL;
    struct memory_device memory = memory_device_new(BLOCK);
    memory.device.size = size;
    struct manifest made = { 0 };
    char *path = NULL;
    assert_int_equal(bundle_create(&memory.device, options, NULL, &made, &path, &err), -1);
    assert_error(err, cause, sentence);
    assert_int_equal(memory.bytes_read, 0); /* before any work */
    assert_null(path);
    free(memory.bytes);
}

static void what_cannot_be_is_refused_before_any_work(void **state)
{
    (void)state;
    char *directory = make_scratch();
    struct manifest in = fields();
    const struct bundle_options good = options_for(directory, &in);
    struct bundle_options bad = good;
    refused(&bad, 0, ERROR_INVALID, "the image is empty");
    refused(&bad, BUNDLE_IMAGE_MAX + 1, ERROR_INVALID,
            "10737418241 bytes, more than the 10737418240 that EC2 takes");
    bad.keys.ec2_certificate = NULL;
    refused(&bad, BLOCK, ERROR_USAGE, "the cloud's certificate is missing");
    bad = good;
    bad.keys.user_key = ec2_key;
    refused(&bad, BLOCK, ERROR_INVALID, "does not belong to the certificate");
    bad = good;
    bad.level = 13;
    refused(&bad, BLOCK, ERROR_USAGE, "no compression level 13");
    bad = good;
    bad.part_size = -1;
    refused(&bad, BLOCK, ERROR_USAGE, "a part size of -1 bytes is impossible");
    bad = good;
    bad.packer = "bzip2";
    refused(&bad, BLOCK, ERROR_USAGE, "cannot compress by bzip2");
    bad = good;
    bad.directory = "/proc/self/nowhere";
    refused(&bad, BLOCK, ERROR_FAILED, "cannot be written to /proc/self/nowhere");
    const char *const users[] = { "12345678901", "1234567890123", "12345678901x", "",
                                  "123456789012 " };
    for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
        in.user = (char *)users[i];
        refused(&good, BLOCK, ERROR_USAGE, "is not a number of 12 digits");
    }
    in = fields();
    const char *const names[] = { "", "..", "a/b", "a\nb" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        in.name = (char *)names[i];
        refused(&good, BLOCK, ERROR_USAGE, "name");
    }
    in = fields();
    in.architecture = NULL;
    refused(&good, BLOCK, ERROR_USAGE, "architecture is not known");
    assert_int_equal(count_entries(directory), 0);
    remove_scratch(directory);
}

static void an_existing_bundle_is_refused_or_replaced(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    struct memory_device memory = make_image();
    struct manifest in = fields();
    struct bundle_options options = options_for(directory, &in);
    for (int run = 0; run < 2; run++) {
        AUTO_MANIFEST struct manifest made = { 0 };
        AUTO_FREE char *path = NULL;
        /* The second one has fewer parts: none of the first may stay. */
        options.part_size = run ? BUNDLE_PART_SIZE : 100000;
        options.replace = run == 1;
        assert_ok(bundle_create(&memory.device, &options, NULL, &made, &path, &err) == 0, err);
        assert_int_equal(count_entries(directory), made.part_count + 1);
        options.replace = false;
        refused(&options, BLOCK, ERROR_FAILED, "exists already");
        assert_int_equal(count_entries(directory), made.part_count + 1);
    }
    free(memory.bytes);
    remove_scratch(directory);
}

static int say_no(void *opaque, const struct bundle_outcome *outcome, struct error **err)
{
    (void)opaque;
    (void)outcome;
    return error_set(err, ERROR_INVALID, "the input changed");
}

static void a_failure_anywhere_leaves_nothing(void **state)
{
    (void)state;
    struct manifest in = fields();
    char *directory = make_scratch();
    struct bundle_options options = options_for(directory, &in);
    struct memory_device memory = make_image();
    struct manifest made = { 0 };
    char *path = NULL;
    struct error *err = NULL;

    memory.fail_at = 25 * BLOCK;
    assert_int_equal(bundle_create(&memory.device, &options, NULL, &made, &path, &err), -1);
    assert_error(err, ERROR_FAILED, "bad sector");
    assert_int_equal(count_entries(directory), 0);

    memory.fail_at = -1;
    options.before_publish = say_no;
    assert_int_equal(bundle_create(&memory.device, &options, NULL, &made, &path, &err), -1);
    assert_error(err, ERROR_INVALID, "the input changed");
    assert_int_equal(count_entries(directory), 0);
    free(memory.bytes);
    remove_scratch(directory);
}

/* In a process of its own, where the signal can be caught for good: 0 when all is as it should. */
static int interrupted_run(const char *directory)
{
    struct error *err = NULL;
    struct manifest in = fields(), made = { 0 };
    struct bundle_options options = options_for(directory, &in);
    struct memory_device memory = make_image();
    char *path = NULL;
    if (cancel_start(&err))
        return 1;
    kill(getpid(), SIGTERM);
    while (!cancel_signal())
        usleep(1000);
    if (bundle_create(&memory.device, &options, NULL, &made, &path, &err) == 0)
        return 2;
    return err->cause == ERROR_INTERRUPTED ? 0 : 3;
}

static void an_interruption_leaves_nothing(void **state)
{
    (void)state;
    char *directory = make_scratch();
    pid_t child = fork();
    if (child == 0)
        _exit(interrupted_run(directory));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(count_entries(directory), 0);
    remove_scratch(directory);
}

static void without_the_users_keys_the_elements_stay(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    struct memory_device memory = make_image();
    struct manifest in = fields();
    struct bundle_options options = options_for(directory, &in);
    options.keys.user_certificate = NULL;
    options.keys.user_key = NULL;
    AUTO_MANIFEST struct manifest made = { 0 };
    AUTO_FREE char *path = NULL;
    assert_ok(bundle_create(&memory.device, &options, NULL, &made, &path, &err) == 0, err);
    assert_string_equal(made.user_encrypted_key, "");
    assert_string_equal(made.user_encrypted_iv, "");
    assert_string_equal(made.signature, "UNSIGNED");
    free(memory.bytes);
    remove_scratch(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_holds_the_tar_stream_of_its_image),
        cmocka_unit_test(the_digest_depends_on_the_content_alone),
        cmocka_unit_test(what_cannot_be_is_refused_before_any_work),
        cmocka_unit_test(an_existing_bundle_is_refused_or_replaced),
        cmocka_unit_test(a_failure_anywhere_leaves_nothing),
        cmocka_unit_test(an_interruption_leaves_nothing),
        cmocka_unit_test(without_the_users_keys_the_elements_stay),
    };
    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
