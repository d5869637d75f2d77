/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and private keys as bundles use them (FORMAT.md 4), over OpenSSL. */
#ifndef FORGE_MANIFEST_KEYS_H
#define FORGE_MANIFEST_KEYS_H

#include "forge/base/secret.h"

#include <stdbool.h>
#include <stddef.h>

struct certificate;
struct private_key;

/* Gives the passphrase of the encrypted key at PATH; owned, NULL on error. */
struct passphrase {
    struct secret *(*get)(void *opaque, const char *path, struct error **err);
    void *opaque;
};

/* Read a PEM certificate. Dates, chain and key size are not judged: what AWS ships is expired and
 * has 1024 bits. Not RSA, not PEM, unreadable: ERROR_INVALID. */
MUST_CHECK struct certificate *certificate_read(const char *path, struct error **err);
void certificate_free(struct certificate *certificate);
DEFINE_CLEANUP(struct certificate *, certificate_free)

/* Read a PEM key: PKCS#1, PKCS#8, or either encrypted (then PASSPHRASE is asked; NULL makes that
 * ERROR_USAGE naming --passphrase). Not RSA, unreadable, wrong passphrase: ERROR_INVALID. */
MUST_CHECK struct private_key *
private_key_read(const char *path, const struct passphrase *passphrase, struct error **err);
void private_key_free(struct private_key *key);
DEFINE_CLEANUP(struct private_key *, private_key_free)

/* Do the two belong together? */
bool private_key_matches(const struct private_key *key, const struct certificate *certificate);

/* RSA PKCS#1 v1.5 encryption of TEXT to CERTIFICATE; owned lower-case hex of the modulus length. */
MUST_CHECK char *certificate_encrypt(const struct certificate *certificate, const void *text,
                                     size_t length, struct error **err);

/* The same, with a padding from DERIVATION for the use that LABEL names instead of a random one. */
struct derivation;
MUST_CHECK char *certificate_encrypt_derived(const struct certificate *certificate,
                                             const void *text, size_t length,
                                             const struct derivation *derivation, const char *label,
                                             struct error **err);

/* What only its holder knows of KEY (modulus and private exponent), whatever file it came from. */
MUST_CHECK struct secret *private_key_secret(const struct private_key *key, struct error **err);

/* Decrypt HEX. Owned secret. ERROR_INVALID when HEX is no ciphertext for KEY; a wrong key may also
 * give random bytes without an error (OpenSSL 3.2), so the caller checks what comes out. */
MUST_CHECK struct secret *private_key_decrypt(const struct private_key *key, const char *hex,
                                              struct error **err);

/* RSASSA-PKCS1-v1_5 with SHA-1 over TEXT as owned lower-case hex; the DigestInfo is prepared here,
 * so that a host policy against SHA-1 signatures does not matter. */
MUST_CHECK char *private_key_sign(const struct private_key *key, const void *text, size_t length,
                                  struct error **err);

/* 0 when SIGNATURE (hex) over TEXT was made by the key of CERTIFICATE, else ERROR_MISMATCH. */
MUST_CHECK int certificate_verify(const struct certificate *certificate, const void *text,
                                  size_t length, const char *signature, struct error **err);

/* Make a self-signed X.509 certificate (SHA-256, 10 years) and RSA key of BITS (2048 or 4096) for
 * SUBJECT (its common name). Neither file may exist; the key is written with mode 0600. */
MUST_CHECK int keygen(const char *certificate_path, const char *key_path, int bits,
                      const char *subject, struct error **err);

/* The path of the certificate of REGION's cloud under $EC2_AMITOOL_HOME (else $EC2_HOME)
 * /etc/ec2/amitools (FORMAT.md 9, 12); owned. An unknown partition or a missing file is
 * ERROR_USAGE, saying which file, who ships it and where we looked. */
MUST_CHECK char *region_certificate_path(const char *region, struct error **err);

#endif
