/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles built step by step in the test, so that any step can be wrong. */
#ifndef FORGE_TESTS_SAMPLE_BUNDLE_H
#define FORGE_TESTS_SAMPLE_BUNDLE_H

#include "forge/base/digest.h"
#include "forge/base/strings.h"
#include "manifest/bundle.h"
#include "manifest/cipher.h"
#include "tests/unit/check.h"

#include <zlib.h>

/* Bytes that grow. */
struct bytes {
    unsigned char *data;
    size_t length, capacity;
};

static inline void bytes_add(struct bytes *bytes, const void *data, size_t length)
{
    if (bytes->length + length >= bytes->capacity) {
        bytes->capacity = 2 * (bytes->length + length) + 1;
        bytes->data = xrealloc(bytes->data, bytes->capacity, 1);
    }
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

static inline void bytes_add_zeros(struct bytes *bytes, size_t length)
{
    AUTO_FREE void *zeros = xcalloc(length, 1);
    bytes_add(bytes, zeros, length);
}

static inline void bytes_clear(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){ 0 };
}
#define AUTO_BYTES __attribute__((cleanup(bytes_clear)))

static inline char *sha1_of(const void *data, size_t length)
{
    struct error *err = NULL;
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA1, &err);
    assert_ok(digest, err);
    digest_update(digest, data, length);
    return digest_final_hex(digest);
}

/* What a sparse map says; at most four fit a header. */
struct map_entry {
    long long offset, length;
};

/* A GNU header (FORMAT.md 2) of TYPE: SIZE bytes follow in the archive, the file has REAL_SIZE. */
static inline void tar_header(struct bytes *tar, char type, long long size, long long real_size,
                              const struct map_entry *map, size_t map_count)
{
    char header[512] = "image";
    memcpy(header + 100,
           "0000644\0"
           "0000000\0"
           "0000000\0",
           24);
    snprintf(header + 124, 12, "%011llo", size);
    snprintf(header + 136, 12, "%011llo", 1234567890LL);
    memcpy(header + 257, "ustar  ", 8);
    header[156] = type;
    for (size_t i = 0; i < map_count; i++) {
        snprintf(header + 386 + 24 * i, 12, "%011llo", map[i].offset);
        snprintf(header + 398 + 24 * i, 12, "%011llo", map[i].length);
    }
    if (type == 'S')
        snprintf(header + 483, 12, "%011llo", real_size);
    unsigned sum = 8 * ' ';
    for (size_t i = 0; i < sizeof(header); i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    header[155] = ' ';
    bytes_add(tar, header, sizeof(header));
}

static inline void tar_data(struct bytes *tar, const void *data, size_t length)
{
    bytes_add(tar, data, length);
    bytes_add_zeros(tar, (512 - length % 512) % 512);
}

static inline void tar_end(struct bytes *tar)
{
    bytes_add_zeros(tar, 1024);
    bytes_add_zeros(tar, (10240 - tar->length % 10240) % 10240);
}

static inline void gzip_add(struct bytes *to, const struct bytes *from)
{
    z_stream stream = { 0 };
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, from->length) + 64;
    AUTO_FREE unsigned char *out = xcalloc(room, 1);
    stream.next_in = from->data;
    stream.avail_in = (uInt)from->length;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    bytes_add(to, out, stream.total_out);
    deflateEnd(&stream);
}

static inline void write_file(const char *path, const void *data, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* A bundle in a directory of its own, with a user's and a cloud's key. */
struct sample {
    char *directory;
    struct certificate *certificate, *ec2_certificate;
    struct private_key *key, *ec2_key, *stranger;
    struct manifest manifest;
};

static inline void sample_pair(const char *directory, const char *name,
                               struct certificate **certificate, struct private_key **key)
{
    struct error *err = NULL;
    AUTO_FREE char *certificate_path = xasprintf("%s/%s-cert.pem", directory, name);
    AUTO_FREE char *key_path = xasprintf("%s/%s-key.pem", directory, name);
    assert_ok(keygen(certificate_path, key_path, 2048, name, &err) == 0, err);
    *certificate = certificate_read(certificate_path, &err);
    assert_ok(*certificate, err);
    *key = private_key_read(key_path, NULL, &err);
    assert_ok(*key, err);
}

static inline struct sample *sample_new(void)
{
    struct sample *sample = NEW(struct sample);
    struct certificate *nobody;
    sample->directory = make_scratch();
    sample_pair(sample->directory, "user", &sample->certificate, &sample->key);
    sample_pair(sample->directory, "ec2", &sample->ec2_certificate, &sample->ec2_key);
    sample_pair(sample->directory, "stranger", &nobody, &sample->stranger);
    certificate_free(nobody);
    return sample;
}

static inline void sample_free(struct sample *sample)
{
    manifest_clear(&sample->manifest);
    certificate_free(sample->certificate);
    certificate_free(sample->ec2_certificate);
    private_key_free(sample->key);
    private_key_free(sample->ec2_key);
    private_key_free(sample->stranger);
    remove_scratch(sample->directory);
    free(sample);
}

static inline char *wrap(const struct certificate *certificate, const unsigned char bytes[16])
{
    struct error *err = NULL;
    AUTO_FREE char *hex = hex_encode(bytes, 16);
    char *wrapped = certificate_encrypt(certificate, hex, 32, &err);
    assert_ok(wrapped, err);
    return wrapped;
}

static inline char *part_path(const struct sample *sample, size_t index)
{
    return xasprintf("%s/image.part.%zu", sample->directory, index);
}

/* Cut CIPHERTEXT into files of PART_SIZE bytes and describe them. */
static inline void sample_cut(struct sample *sample, const struct bytes *ciphertext,
                              size_t part_size)
{
    struct manifest *manifest = &sample->manifest;
    manifest->bundled_size = (int64_t)ciphertext->length;
    for (size_t done = 0; done < ciphertext->length; done += part_size) {
        size_t index = manifest->part_count++;
        size_t length = ciphertext->length - done < part_size ? ciphertext->length - done
                                                              : part_size;
        manifest->parts = xrealloc(manifest->parts, manifest->part_count, sizeof(struct part));
        manifest->parts[index] = (struct part){ xasprintf("image.part.%zu", index),
                                                sha1_of(ciphertext->data + done, length) };
        AUTO_FREE char *path = part_path(sample, index);
        write_file(path, ciphertext->data + done, length);
    }
}

/* Bundle the compressed stream GZIP of TAR, which holds an image of SIZE bytes. */
static inline void sample_encrypt(struct sample *sample, const struct bytes *tar,
                                  const struct bytes *gzip, int64_t size, size_t part_size)
{
    struct error *err = NULL;
    struct cipher_key key;
    assert_ok(cipher_key_random(&key, &err) == 0, err);
    manifest_clear(&sample->manifest);
    sample->manifest = (struct manifest){
        .version = MANIFEST_2007_10_10,
        .architecture = xstrdup("x86_64"),
        .name = xstrdup("image"),
        .user = xstrdup("123456789012"),
        .type = xstrdup("machine"),
        .digest = sha1_of(tar->data, tar->length),
        .size = size,
        .user_encrypted_key = wrap(sample->certificate, key.key),
        .user_encrypted_iv = wrap(sample->certificate, key.iv),
        .ec2_encrypted_key = wrap(sample->ec2_certificate, key.key),
        .ec2_encrypted_iv = wrap(sample->ec2_certificate, key.iv),
    };
    AUTO(cipher_free) struct cipher *cipher = cipher_new_encrypt(&key, &err);
    assert_ok(cipher, err);
    AUTO_BYTES struct bytes ciphertext = { .data = xcalloc(gzip->length + 32, 1) };
    size_t written;
    assert_ok(cipher_update(cipher, gzip->data, gzip->length, ciphertext.data, &written, &err) == 0,
              err);
    ciphertext.length = written;
    assert_ok(cipher_final(cipher, ciphertext.data + written, &written, &err) == 0, err);
    ciphertext.length += written;
    sample_cut(sample, &ciphertext, part_size);
}

static inline void sample_from_tar(struct sample *sample, const struct bytes *tar, int64_t size)
{
    AUTO_BYTES struct bytes gzip = { 0 };
    gzip_add(&gzip, tar);
    sample_encrypt(sample, tar, &gzip, size, 64 << 10);
}

#endif
