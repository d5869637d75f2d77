/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: reading them, using them, making them, under any OpenSSL policy of the host. */
#include "forge/base/digest.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "manifest/keys.h"
#include "tests/unit/check.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

static char *scratch;
static char *certificate_path, *key_path;

static char *in_scratch(const char *name)
{
    return path_join(scratch, name);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void run(const char *const argv[])
{
    struct error *err = NULL;
    if (process_run(argv, ERROR_FAILED, NULL, NULL, &err))
        fail_msg("%s", err->message);
}
#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static int make_keys(void **state)
{
    (void)state;
    struct error *err = NULL;
    scratch = make_scratch();
    certificate_path = in_scratch("cert.pem");
    key_path = in_scratch("key.pem");
    if (keygen(certificate_path, key_path, 2048, "123456789012", &err))
        fail_msg("%s", err->message);
    return 0;
}

static int remove_keys(void **state)
{
    (void)state;
    free(certificate_path);
    free(key_path);
    remove_scratch(scratch);
    return 0;
}

static struct certificate *read_certificate(const char *path)
{
    struct error *err = NULL;
    struct certificate *certificate = certificate_read(path, &err);
    assert_ok(certificate, err);
    return certificate;
}

static struct private_key *read_key(const char *path)
{
    struct error *err = NULL;
    struct private_key *key = private_key_read(path, NULL, &err);
    assert_ok(key, err);
    return key;
}

static void keygen_makes_a_pair_that_belongs_together(void **state)
{
    (void)state;
    AUTO(certificate_free) struct certificate *certificate = read_certificate(certificate_path);
    AUTO(private_key_free) struct private_key *key = read_key(key_path);
    assert_true(private_key_matches(key, certificate));
    struct stat status;
    assert_int_equal(stat(key_path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void keygen_certificate_is_valid_for_others(void **state)
{
    (void)state;
    RUN("openssl", "verify", "-CAfile", certificate_path, "-check_ss_sig", certificate_path);
    AUTO_FREE char *text = NULL;
    struct error *err = NULL;
    const char *const argv[] = { "openssl",        "x509",     "-in",
                                 certificate_path, "-noout",   "-checkend",
                                 "315360000",      "-subject", NULL };
    int status;
    assert_int_equal(process_run(argv, ERROR_FAILED, &text, &status, &err), 0);
    assert_non_null(strstr(text, "123456789012"));
    assert_non_null(strstr(text, "will not expire"));
}

static void keygen_never_overwrites(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *new_key = in_scratch("new-key.pem");
    AUTO_FREE char *before = digest_file(DIGEST_SHA1, certificate_path, &err);
    assert_int_equal(keygen(certificate_path, new_key, 2048, "x", &err), -1);
    assert_error(err, ERROR_FAILED, "exists");
    assert_int_equal(access(new_key, F_OK), -1);
    AUTO_FREE char *after = digest_file(DIGEST_SHA1, certificate_path, &err);
    assert_string_equal(before, after);
}

static void keygen_refuses_other_sizes_and_subjects(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *new_certificate = in_scratch("no-cert.pem");
    AUTO_FREE char *new_key = in_scratch("no-key.pem");
    assert_int_equal(keygen(new_certificate, new_key, 1024, "x", &err), -1);
    assert_error(err, ERROR_USAGE, "2048 or 4096");
    assert_int_equal(keygen(new_certificate, new_key, 2048, "", &err), -1);
    assert_error(err, ERROR_USAGE, "subject");
}

static void keygen_leaves_no_key_when_the_certificate_cannot_be_made(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *new_certificate = in_scratch("no/such/cert.pem");
    AUTO_FREE char *new_key = in_scratch("orphan-key.pem");
    assert_int_equal(keygen(new_certificate, new_key, 2048, "x", &err), -1);
    assert_error(err, ERROR_FAILED, "cert.pem");
    assert_int_equal(access(new_key, F_OK), -1);
}

static void text_survives_encryption(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(certificate_free) struct certificate *certificate = read_certificate(certificate_path);
    AUTO(private_key_free) struct private_key *key = read_key(key_path);
    AUTO_FREE char *hex = certificate_encrypt(certificate, "some text", 9, &err);
    assert_ok(hex, err);
    assert_true(is_hex(hex, 512));
    AUTO(secret_free) struct secret *secret = private_key_decrypt(key, hex, &err);
    assert_ok(secret, err);
    assert_string_equal(secret->text, "some text");
    assert_int_equal(secret->length, 9);
}

static void ciphertext_of_the_wrong_length_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(private_key_free) struct private_key *key = read_key(key_path);
    static const char *const bad[] = { "", "00", "zz", "123" };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        AUTO(secret_free) struct secret *secret = private_key_decrypt(key, bad[i], &err);
        assert_null(secret);
        assert_error(err, ERROR_INVALID, "");
    }
    AUTO_FREE char *endless = xcalloc(100001, 1);
    memset(endless, '0', 100000);
    assert_null(private_key_decrypt(key, endless, &err));
    assert_error(err, ERROR_INVALID, "");
}

static void signature_is_the_one_openssl_makes(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(private_key_free) struct private_key *key = read_key(key_path);
    AUTO_FREE char *signature = private_key_sign(key, "signed text", 11, &err);
    assert_ok(signature, err);
    AUTO_FREE char *text_path = in_scratch("text");
    AUTO_FREE char *signature_path = in_scratch("text.sig");
    put(text_path, "signed text");
    RUN("openssl", "dgst", "-sha1", "-sign", key_path, "-out", signature_path, text_path);
    unsigned char bytes[256];
    FILE *file = fopen(signature_path, "r");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), file), sizeof(bytes));
    fclose(file);
    AUTO_FREE char *expected = hex_encode(bytes, sizeof(bytes));
    assert_string_equal(signature, expected);
}

static void signature_over_other_text_is_a_mismatch(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(certificate_free) struct certificate *certificate = read_certificate(certificate_path);
    AUTO(private_key_free) struct private_key *key = read_key(key_path);
    AUTO_FREE char *signature = private_key_sign(key, "signed text", 11, &err);
    assert_ok(certificate_verify(certificate, "signed text", 11, signature, &err) == 0, err);
    assert_int_equal(certificate_verify(certificate, "signed texT", 11, signature, &err), -1);
    assert_error(err, ERROR_MISMATCH, "cert.pem");
    assert_int_equal(certificate_verify(certificate, "signed text", 11, "", &err), -1);
    assert_error(err, ERROR_MISMATCH, "signature");
    assert_int_equal(certificate_verify(certificate, "signed text", 11, "nonsense", &err), -1);
    assert_error(err, ERROR_MISMATCH, "hexadecimal");
}

/* The command-line tool makes no certificate that ended yesterday; the library does. */
static void make_expired_certificate(const char *from, const char *to)
{
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    assert_non_null(in);
    assert_non_null(out);
    EVP_PKEY *key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
    X509 *x509 = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(x509), -2 * 86400);
    X509_gmtime_adj(X509_getm_notAfter(x509), -86400);
    X509_set_pubkey(x509, key);
    assert_true(X509_sign(x509, key, EVP_sha256()));
    assert_true(PEM_write_X509(out, x509));
    X509_free(x509);
    EVP_PKEY_free(key);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* What Amazon ships: RSA-1024, long expired. */
static void expired_certificate_of_1024_bits_is_taken(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *old_certificate = in_scratch("old-cert.pem");
    AUTO_FREE char *old_key = in_scratch("old-key.pem");
    RUN("openssl", "genrsa", "-out", old_key, "1024");
    make_expired_certificate(old_key, old_certificate);
    AUTO(certificate_free) struct certificate *certificate = read_certificate(old_certificate);
    AUTO(private_key_free) struct private_key *key = read_key(old_key);
    AUTO_FREE char *hex = certificate_encrypt(certificate, "text", 4, &err);
    assert_ok(hex, err);
    assert_true(is_hex(hex, 256));
    AUTO_FREE char *signature = private_key_sign(key, "text", 4, &err);
    assert_ok(signature, err);
    assert_ok(certificate_verify(certificate, "text", 4, signature, &err) == 0, err);
}

static void keys_of_another_kind_are_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *ec_certificate = in_scratch("ec-cert.pem");
    AUTO_FREE char *ec_key = in_scratch("ec-key.pem");
    RUN("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-subj", "/CN=EC", "-keyout", ec_key, "-out", ec_certificate);
    assert_null(certificate_read(ec_certificate, &err));
    assert_error(err, ERROR_INVALID, "not RSA");
    assert_null(private_key_read(ec_key, NULL, &err));
    assert_error(err, ERROR_INVALID, "not RSA");
}

static void keys_that_do_not_belong_together_are_told(void **state)
{
    (void)state;
    AUTO_FREE char *other_key = in_scratch("other-key.pem");
    RUN("openssl", "genrsa", "-out", other_key, "2048");
    AUTO(certificate_free) struct certificate *certificate = read_certificate(certificate_path);
    AUTO(private_key_free) struct private_key *key = read_key(other_key);
    assert_false(private_key_matches(key, certificate));
}

static void files_that_are_no_keys_are_invalid(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *text = in_scratch("text.pem");
    AUTO_FREE char *torn = in_scratch("torn.pem");
    AUTO_FREE char *missing = in_scratch("missing.pem");
    put(text, "this is no key\n");
    put(torn, "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n");
    const char *const bad[] = { text, torn, missing, scratch, "/dev/zero", "/dev/null" };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_null(certificate_read(bad[i], &err));
        assert_error(err, ERROR_INVALID, bad[i]);
        assert_null(private_key_read(bad[i], NULL, &err));
        assert_error(err, ERROR_INVALID, bad[i]);
    }
    assert_null(private_key_read(certificate_path, NULL, &err));
    assert_error(err, ERROR_INVALID, "not a PEM private key");
    assert_null(certificate_read(key_path, &err));
    assert_error(err, ERROR_INVALID, "not a PEM certificate");
}

static struct secret *say(void *opaque, const char *path, struct error **err)
{
    (void)path;
    if (!opaque) {
        error_set(err, ERROR_USAGE, "nobody knows it");
        return NULL;
    }
    return secret_new(opaque, strlen(opaque));
}

static void check_encrypted(const char *path)
{
    struct error *err = NULL;
    const struct passphrase right = { say, (char *)"open sesame" }, wrong = { say, (char *)"x" },
                            none = { say, NULL };
    AUTO(private_key_free) struct private_key *key = private_key_read(path, &right, &err);
    assert_ok(key, err);
    assert_null(private_key_read(path, &wrong, &err));
    assert_error(err, ERROR_INVALID, "passphrase");
    assert_null(private_key_read(path, &none, &err));
    assert_error(err, ERROR_USAGE, "nobody knows it");
    assert_null(private_key_read(path, NULL, &err));
    assert_error(err, ERROR_USAGE, "--passphrase");
}

static void encrypted_keys_open_with_their_passphrase_only(void **state)
{
    (void)state;
    AUTO_FREE char *modern = in_scratch("pkcs8.pem");
    AUTO_FREE char *traditional = in_scratch("pkcs1.pem");
    RUN("openssl", "pkcs8", "-topk8", "-in", key_path, "-out", modern, "-passout",
        "pass:open sesame");
    RUN("openssl", "rsa", "-aes128", "-traditional", "-in", key_path, "-out", traditional,
        "-passout", "pass:open sesame");
    check_encrypted(modern);
    check_encrypted(traditional);
}

static void traditional_keys_are_read(void **state)
{
    (void)state;
    AUTO_FREE char *traditional = in_scratch("plain-pkcs1.pem");
    RUN("openssl", "rsa", "-traditional", "-in", key_path, "-out", traditional);
    AUTO(private_key_free) struct private_key *key = read_key(traditional);
    AUTO(certificate_free) struct certificate *certificate = read_certificate(certificate_path);
    assert_true(private_key_matches(key, certificate));
}

/* Hosts that forbid what bundles need. The configuration is read once per process, so each gets a
 * process of its own: this program again, which then only uses the keys. */
static const char *const policies[] = {
    "openssl_conf = init\n[init]\nalg_section = evp\nssl_conf = ssl\n[evp]\n"
    "rh-allow-sha1-signatures = no\n[ssl]\nsystem_default = tls\n[tls]\n"
    "CipherString = DEFAULT@SECLEVEL=5\n",
    "openssl_conf = init\n[init]\nproviders = list\n[list]\nbase = base\n[base]\nactivate = 1\n",
    "openssl_conf = init\n[init]\nalg_section = evp\n[evp]\ndefault_properties = fips=yes\n",
    "openssl_conf = nowhere\n[[[ this is no configuration\n",
};

static int use_keys(const char *directory)
{
    AUTO_FREE char *certificate_file = path_join(directory, "cert.pem");
    AUTO_FREE char *key_file = path_join(directory, "locked.pem");
    AUTO_FREE char *new_certificate = path_join(directory, "policy-cert.pem");
    AUTO_FREE char *new_key = path_join(directory, "policy-key.pem");
    const struct passphrase passphrase = { say, (char *)"open sesame" };
    struct error *err = NULL;
    AUTO(certificate_free)
    struct certificate *certificate = certificate_read(certificate_file, &err);
    AUTO(private_key_free)
    struct private_key *key = certificate ? private_key_read(key_file, &passphrase, &err) : NULL;
    AUTO_FREE char *signature = key ? private_key_sign(key, "text", 4, &err) : NULL;
    AUTO_FREE char *hex = key ? certificate_encrypt(certificate, "text", 4, &err) : NULL;
    AUTO(secret_free) struct secret *secret = hex ? private_key_decrypt(key, hex, &err) : NULL;
    if (signature && secret && certificate_verify(certificate, "text", 4, signature, &err) == 0 &&
        keygen(new_certificate, new_key, 2048, "policy", &err) == 0)
        return 0;
    fprintf(stderr, "%s\n", err ? err->message : "failed without an error");
    error_free(err);
    return 1;
}

static void host_policy_does_not_matter(void **state)
{
    (void)state;
    AUTO_FREE char *config = in_scratch("openssl.cnf");
    AUTO_FREE char *locked = in_scratch("locked.pem");
    AUTO_FREE char *new_certificate = in_scratch("policy-cert.pem");
    AUTO_FREE char *new_key = in_scratch("policy-key.pem");
    RUN("openssl", "rsa", "-aes128", "-traditional", "-in", key_path, "-out", locked, "-passout",
        "pass:open sesame");
    for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
        put(config, policies[i]);
        setenv("OPENSSL_CONF", config, 1);
        RUN("/proc/self/exe", scratch);
        unsetenv("OPENSSL_CONF");
        assert_int_equal(unlink(new_certificate), 0);
        assert_int_equal(unlink(new_key), 0);
    }
}

static void region_picks_the_certificate_of_its_cloud(void **state)
{
    (void)state;
    static const struct {
        const char *region, *file;
    } rows[] = {
        { "us-east-1", "cert-ec2.pem" },
        { "eu-west-1", "cert-ec2.pem" },
        { "us-gov-west-1", "cert-ec2-gov.pem" },
        { "cn-north-1", "cert-ec2-cn-north-1.pem" },
        { "cn-northwest-1", "cert-ec2-cn-north-1.pem" },
    };
    struct error *err = NULL;
    AUTO_FREE char *home = in_scratch("amitools");
    AUTO_FREE char *directory = in_scratch("amitools/etc/ec2/amitools");
    RUN("mkdir", "-p", directory);
    setenv("EC2_AMITOOL_HOME", home, 1);
    setenv("EC2_HOME", "/nowhere", 1);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_FREE char *expected = path_join(directory, rows[i].file);
        put(expected, "x");
        AUTO_FREE char *path = region_certificate_path(rows[i].region, &err);
        assert_ok(path, err);
        assert_string_equal(path, expected);
    }
    unsetenv("EC2_AMITOOL_HOME");
    setenv("EC2_HOME", home, 1);
    AUTO_FREE char *path = region_certificate_path("us-west-2", &err);
    assert_ok(path, err);
    unsetenv("EC2_HOME");
}

static void region_without_a_certificate_is_a_usage_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    unsetenv("EC2_AMITOOL_HOME");
    unsetenv("EC2_HOME");
    static const char *const unknown[] = { "us-iso-east-1",  "us-isob-east-1", "eu-isoe-west-1",
                                           "eusc-de-east-1", "mars-1",         "" };
    for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
        assert_null(region_certificate_path(unknown[i], &err));
        assert_error(err, ERROR_USAGE, "--ec2cert");
    }
    assert_null(region_certificate_path("us-east-1", &err));
    assert_error(err, ERROR_USAGE, "EC2_AMITOOL_HOME");
    setenv("EC2_AMITOOL_HOME", "/nowhere/at/all", 1);
    assert_null(region_certificate_path("us-gov-west-1", &err));
    assert_error(err, ERROR_USAGE,
                 "cert-ec2-gov.pem, which comes with Amazon's ec2-ami-tools: it "
                 "is not in /nowhere/at/all/etc/ec2/amitools");
    unsetenv("EC2_AMITOOL_HOME");
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return use_keys(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keygen_makes_a_pair_that_belongs_together),
        cmocka_unit_test(keygen_certificate_is_valid_for_others),
        cmocka_unit_test(keygen_never_overwrites),
        cmocka_unit_test(keygen_refuses_other_sizes_and_subjects),
        cmocka_unit_test(keygen_leaves_no_key_when_the_certificate_cannot_be_made),
        cmocka_unit_test(text_survives_encryption),
        cmocka_unit_test(ciphertext_of_the_wrong_length_is_refused),
        cmocka_unit_test(signature_is_the_one_openssl_makes),
        cmocka_unit_test(signature_over_other_text_is_a_mismatch),
        cmocka_unit_test(expired_certificate_of_1024_bits_is_taken),
        cmocka_unit_test(keys_of_another_kind_are_refused),
        cmocka_unit_test(keys_that_do_not_belong_together_are_told),
        cmocka_unit_test(files_that_are_no_keys_are_invalid),
        cmocka_unit_test(encrypted_keys_open_with_their_passphrase_only),
        cmocka_unit_test(traditional_keys_are_read),
        cmocka_unit_test(host_policy_does_not_matter),
        cmocka_unit_test(region_picks_the_certificate_of_its_cloud),
        cmocka_unit_test(region_without_a_certificate_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
