/* SPDX-License-Identifier: Apache-2.0 */
/* AES-128-CBC by the published vectors, in pieces of any size, and with damaged ends. */
#include "forge/base/strings.h"
#include "manifest/cipher.h"
#include "tests/unit/check.h"

/* NIST SP 800-38A, F.2.1: key, IV, four blocks and their ciphertext. */
static const char nist_key[] = "2b7e151628aed2a6abf7158809cf4f3c";
static const char nist_iv[] = "000102030405060708090a0b0c0d0e0f";
static const char nist_plain[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                                 "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
static const char nist_cipher[] =
    "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
    "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7";
enum { NIST_BYTES = 64 };

static struct cipher_key nist(void)
{
    struct cipher_key key;
    assert_true(hex_decode(nist_key, key.key, sizeof(key.key)));
    assert_true(hex_decode(nist_iv, key.iv, sizeof(key.iv)));
    return key;
}

/* All of IN through CIPHER, PIECE bytes at a time: how many came out, -1 on error. */
static int pass(struct cipher *cipher, const unsigned char *in, size_t count, size_t piece,
                unsigned char *out, struct error **err)
{
    size_t total = 0, came;
    for (size_t done = 0; done < count; done += piece) {
        size_t now = count - done < piece ? count - done : piece;
        if (cipher_update(cipher, in + done, now, out + total, &came, err))
            return -1;
        total += came;
    }
    if (cipher_final(cipher, out + total, &came, err))
        return -1;
    return (int)(total + came);
}

static void the_published_vectors_hold_in_any_pieces(void **state)
{
    (void)state;
    unsigned char plain[NIST_BYTES], out[NIST_BYTES + 2 * CIPHER_BLOCK],
        back[NIST_BYTES + 3 * CIPHER_BLOCK];
    assert_true(hex_decode(nist_plain, plain, sizeof(plain)));
    struct cipher_key key = nist();
    for (size_t piece = 1; piece <= NIST_BYTES; piece++) {
        struct error *err = NULL;
        AUTO(cipher_free) struct cipher *encrypt = cipher_new_encrypt(&key, &err);
        assert_ok(encrypt, err);
        assert_int_equal(pass(encrypt, plain, sizeof(plain), piece, out, &err), NIST_BYTES + 16);
        AUTO_FREE char *hex = hex_encode(out, NIST_BYTES);
        assert_string_equal(hex, nist_cipher);
        AUTO(cipher_free) struct cipher *decrypt = cipher_new_decrypt(&key, &err);
        assert_ok(decrypt, err);
        assert_int_equal(pass(decrypt, out, NIST_BYTES + 16, piece, back, &err), NIST_BYTES);
        assert_memory_equal(back, plain, NIST_BYTES);
    }
}

static void a_stream_that_does_not_end_in_padding_is_a_mismatch(void **state)
{
    (void)state;
    unsigned char in[NIST_BYTES], out[NIST_BYTES + 2 * CIPHER_BLOCK];
    assert_true(hex_decode(nist_cipher, in, sizeof(in)));
    struct cipher_key key = nist();
    const size_t lengths[] = { NIST_BYTES, NIST_BYTES - 1, 5, 0 };
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        struct error *err = NULL;
        AUTO(cipher_free) struct cipher *decrypt = cipher_new_decrypt(&key, &err);
        assert_ok(decrypt, err);
        assert_int_equal(pass(decrypt, in, lengths[i], NIST_BYTES, out, &err), -1);
        assert_error(err, ERROR_MISMATCH, "damaged");
    }
}

static void random_keys_differ(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct cipher_key a, b, zero = { 0 };
    assert_ok(cipher_key_random(&a, &err) == 0, err);
    assert_ok(cipher_key_random(&b, &err) == 0, err);
    assert_memory_not_equal(a.key, b.key, sizeof(a.key));
    assert_memory_not_equal(a.key, a.iv, sizeof(a.key));
    cipher_key_wipe(&a);
    assert_memory_equal(&a, &zero, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_hold_in_any_pieces),
        cmocka_unit_test(a_stream_that_does_not_end_in_padding_is_a_mismatch),
        cmocka_unit_test(random_keys_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
