/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of every packer join to one stream that zlib opens; a packer that errs is found out. */
#include "manifest/packer.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <zlib.h>

enum { BLOCK = 1 << 20, PIECES_MAX = 8 };

enum content { ZEROS, NOISE, TEXT, MIXED, DECEPTIVE };

static void fill(unsigned char *bytes, size_t count, enum content content, uint64_t seed)
{
    memset(bytes, 0, count);
    if (content == NOISE)
        fill_noise(bytes, count, seed);
    for (size_t i = 0; content == TEXT && i < count; i++)
        bytes[i] = (unsigned char)"the quick brown fox jumps over the lazy dog\n"[(i * i / 7) % 44];
    /* Noise is stored as it is, and its end looks like another stored block, a final one. */
    static const char deceit[] = "\x01\x05\x00\xfa\xff"
                                 "hello";
    if (content == DECEPTIVE && count > sizeof(deceit)) {
        fill(bytes, count, NOISE, seed);
        memcpy(bytes + count - (sizeof(deceit) - 1), deceit, sizeof(deceit) - 1);
    }
    if (content == MIXED) {
        fill(bytes, count / 3, NOISE, seed);
        fill(bytes + count / 3, count / 3, TEXT, seed);
    }
}

/* Join pieces of SIZES bytes, end the stream as gzip_frame does, and inflate it whole. */
static void round_trip(struct packer *packer, enum content content, const size_t *sizes)
{
    struct error *err = NULL;
    size_t total = 0, length = 0, largest = 0, room = 0;
    for (size_t i = 0; i < PIECES_MAX && sizes[i]; i++) {
        largest = sizes[i] > largest ? sizes[i] : largest;
        room += packer_bound(packer, sizes[i]);
    }
    AUTO_FREE unsigned char *plain = xcalloc(PIECES_MAX, largest);
    AUTO_FREE unsigned char *stream = xcalloc(1, room + 2);
    AUTO_FREE unsigned char *back = xcalloc(PIECES_MAX, largest);
    for (size_t i = 0; i < PIECES_MAX && sizes[i]; i++) {
        size_t came;
        uint32_t crc;
        fill(plain + total, sizes[i], content, i + 1);
        assert_ok(packer_pack(packer, plain + total, sizes[i], stream + length,
                              packer_bound(packer, sizes[i]), &came, &crc, &err) == 0,
                  err);
        assert_int_equal(crc, crc32_z(0, plain + total, sizes[i]));
        total += sizes[i];
        length += came;
    }
    stream[length++] = 0x03;
    stream[length++] = 0x00;
    z_stream z = { .next_in = stream, .avail_in = (uInt)length };
    assert_int_equal(inflateInit2(&z, -15), Z_OK);
    z.next_out = back;
    z.avail_out = (uInt)(PIECES_MAX * largest);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, total);
    assert_int_equal(z.avail_in, 0);
    inflateEnd(&z);
    assert_memory_equal(plain, back, total);
}

static void pieces_of_every_packer_join_to_one_stream(void **state)
{
    (void)state;
    const size_t sizes[][PIECES_MAX] = {
        { 1 },
        { 1, 2, 3, 4, 5, 6, 7 },
        { BLOCK },
        { BLOCK, 77, BLOCK },
        { 65535, 65536, 65537, 512 },
    };
    const int levels[] = { PACKER_LEVEL_FAST, 1, 6, 9, 12 };
    for (size_t kind = 0; packer_kinds[kind]; kind++) {
        for (size_t level = 0; level < ARRAY_SIZE(levels); level++) {
            struct error *err = NULL;
            AUTO(packer_free)
            struct packer *packer = packer_new(packer_kinds[kind], levels[level], &err);
            assert_ok(packer, err);
            for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                for (enum content content = ZEROS; content <= DECEPTIVE; content++)
                    round_trip(packer, content, sizes[i]);
            }
        }
    }
}

/* Short pieces move the end of the last block over every bit position. */
static void the_joint_fits_every_bit_position(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(packer_free) struct packer *packer = packer_new(packer_find(NULL, 6), 6, &err);
    assert_ok(packer, err);
    for (size_t size = 1; size < 200; size++) {
        const size_t sizes[PIECES_MAX] = { size, size + 1, size };
        round_trip(packer, MIXED, sizes);
        round_trip(packer, TEXT, sizes);
    }
}

static void too_little_room_is_an_error(void **state)
{
    (void)state;
    for (size_t kind = 0; packer_kinds[kind]; kind++) {
        struct error *err = NULL;
        AUTO(packer_free) struct packer *packer = packer_new(packer_kinds[kind], 6, &err);
        assert_ok(packer, err);
        unsigned char in[4096], out[4096];
        size_t came;
        uint32_t crc;
        fill(in, sizeof(in), NOISE, 1);
        for (size_t room = 0; room < sizeof(in); room += 1000) {
            assert_int_equal(packer_pack(packer, in, sizeof(in), out, room, &came, &crc, &err), -1);
            assert_error(err, ERROR_FAILED, "could not compress");
        }
    }
}

/* A packer with a fault: one bit of its output is wrong. */
static size_t faulty_pack(void *state, const void *in, size_t count, void *out, size_t room)
{
    size_t length = packer_zlib.pack(state, in, count, out, room);
    ((unsigned char *)out)[length / 2] ^= 0x10;
    return length;
}

/* Another one leaves the last byte out. */
static size_t short_pack(void *state, const void *in, size_t count, void *out, size_t room)
{
    return packer_zlib.pack(state, in, count - 1, out, room);
}

static void a_packer_that_errs_is_found_out(void **state)
{
    (void)state;
    size_t (*const packs[])(void *, const void *, size_t, void *, size_t) = { faulty_pack,
                                                                              short_pack };
    for (size_t i = 0; i < ARRAY_SIZE(packs); i++) {
        struct error *err = NULL;
        struct packer_kind kind = packer_zlib;
        kind.pack = packs[i];
        AUTO(packer_free) struct packer *packer = packer_new(&kind, 6, &err);
        assert_ok(packer, err);
        AUTO_FREE unsigned char *in = xcalloc(1, BLOCK);
        fill(in, BLOCK, TEXT, 1);
        size_t room = packer_bound(packer, BLOCK), came;
        AUTO_FREE unsigned char *out = xcalloc(1, room);
        uint32_t crc;
        assert_int_equal(packer_pack(packer, in, BLOCK, out, room, &came, &crc, &err), -1);
        assert_error(err, ERROR_FAILED, "does not inflate to what it was made from");
    }
}

static void packers_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(packer_find(NULL, 6), packer_kinds[0]);
    assert_ptr_equal(packer_find("zlib", 6), &packer_zlib);
    assert_null(packer_find("bzip2", 6));
#ifdef HAVE_ISAL
    assert_ptr_equal(packer_find(NULL, PACKER_LEVEL_FAST), &packer_isal);
#else
    assert_ptr_equal(packer_find(NULL, PACKER_LEVEL_FAST), packer_kinds[0]);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_every_packer_join_to_one_stream),
        cmocka_unit_test(the_joint_fits_every_bit_position),
        cmocka_unit_test(too_little_room_is_an_error),
        cmocka_unit_test(a_packer_that_errs_is_found_out),
        cmocka_unit_test(packers_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
