/* SPDX-License-Identifier: Apache-2.0 */
/* Recognizes private keys by their content. */
#include "fsimage/sysprep/secret_kind.h"
#include "forge/base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct span {
    const unsigned char *bytes;
    size_t length;
};

static bool begins(struct span span, const void *bytes, size_t length)
{
    return span.length >= length && memcmp(span.bytes, bytes, length) == 0;
}

#define BEGINS(span, text) begins(span, text, sizeof(text) - 1)

/* The line at SPAN, which is moved behind it. */
static struct span next_line(struct span *span)
{
    const unsigned char *newline = memchr(span->bytes, '\n', span->length);
    size_t length = newline ? (size_t)(newline - span->bytes) : span->length;
    struct span line = { span->bytes, length };
    length += newline != NULL;
    span->bytes += length;
    span->length -= length;
    while (line.length && isspace(line.bytes[line.length - 1]))
        line.length--;
    return line;
}

static bool contains(struct span line, const char *text)
{
    return memmem(line.bytes, line.length, text, strlen(text));
}

static bool ends(struct span line, const char *text)
{
    size_t length = strlen(text);
    return line.length >= length && memcmp(line.bytes + line.length - length, text, length) == 0;
}

/* What follows the line that begins a key: base 64, or a header such as "Proc-Type: 4,ENCRYPTED".
 * "..." of a manual is neither. */
static bool is_key_body(struct span rest)
{
    struct span line = next_line(&rest);
    if (line.length == 0)
        line = next_line(&rest);
    if (contains(line, ": "))
        return true;
    for (size_t i = 0; i < line.length; i++)
        if (!isalnum(line.bytes[i]) && !memchr("+/=", line.bytes[i], 3))
            return false;
    return line.length >= 16;
}

/* RFC 7468 and its forerunners, OpenSSH, RFC 4880's armor, RFC 4716's sibling for private keys: a
 * line of its own, anywhere in the file (a certificate may stand before it). */
static const char *kind_of_text(struct span text)
{
    while (text.length) {
        struct span line = next_line(&text);
        bool key = false;
        const char *kind = "private key (PEM)";
        if (BEGINS(line, "-----BEGIN "))
            key = ends(line, "PRIVATE KEY-----");
        if (BEGINS(line, "-----BEGIN OPENSSH "))
            kind = "private key (OpenSSH)";
        if (BEGINS(line, "-----BEGIN PGP PRIVATE KEY BLOCK-----")) {
            key = true;
            kind = "private key (OpenPGP)";
        }
        if (BEGINS(line, "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----")) {
            key = true;
            kind = "private key (SSH2)";
        }
        if (key && is_key_body(text))
            return kind;
    }
    return NULL;
}

/* gpg-agent's files (agent/keyformat.txt of GnuPG): an S-expression, as such or behind "Key: " in
 * lines of names and values. What is on a smart card is "shadowed-private-key": no secret. */
static bool is_gpg_agent_key(struct span file)
{
    if (BEGINS(file, "(11:private-key(") || BEGINS(file, "(21:protected-private-key("))
        return true;
    for (int lines = 0; file.length && lines < 20; lines++) {
        struct span line = next_line(&file);
        if (BEGINS(line, "Key: (private-key") || BEGINS(line, "Key: (protected-private-key"))
            return true;
    }
    return false;
}

/* RFC 4880, 4.2 and 5.5.3: a packet of tag 5, secret key, of version 3 to 6. Public keyrings begin
 * with tag 6. */
static bool is_openpgp_secret(struct span file)
{
    if (file.length < 8)
        return false;
    const unsigned char *at = file.bytes;
    size_t header;
    if ((at[0] & 0xc0) == 0xc0) { /* the new format */
        if ((at[0] & 0x3f) != 5)
            return false;
        header = at[1] < 192 ? 2 : at[1] < 224 ? 3 : 6;
    } else {
        if (!(at[0] & 0x80) || (at[0] >> 2 & 0xf) != 5)
            return false;
        header = (at[0] & 3) == 3 ? 1 : 1 + (1u << (at[0] & 3));
    }
    return at[header] >= 3 && at[header] <= 6;
}

/* DER: a sequence with a length of two bytes (all keys of a useful size), then what is PKCS#1,
 * PKCS#8 or PKCS#12. */
static const char *kind_of_der(struct span file)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *kind;
    } rows[] = {
        { "\x02\x01\x00\x02\x82", 5, "private key (PKCS#1)" },
        { "\x02\x01\x00\x30", 4, "private key (PKCS#8)" },
        { "\x02\x01\x03\x30", 4, "key store (PKCS#12)" },
        /* EncryptedPrivateKeyInfo: an AlgorithmIdentifier that begins with an OID of PKCS#5. */
        { "\x30\x5f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05", 12, "private key (PKCS#8)" },
        { "\x30\x57\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05", 12, "private key (PKCS#8)" },
        { "\x30\x49\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05", 12, "private key (PKCS#8)" },
    };
    if (!BEGINS(file, "\x30\x82") || file.length < 4)
        return NULL;
    const struct span inner = { file.bytes + 4, file.length - 4 };
    size_t announced = (size_t)file.bytes[2] << 8 | file.bytes[3];
    if (announced > inner.length)
        return NULL; /* cut, or by chance */
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (begins(inner, rows[i].bytes, rows[i].length))
            return rows[i].kind;
    return NULL;
}

const char *sysprep_secret_kind(const void *bytes, size_t length)
{
    const struct span file = { bytes, length };
    if (BEGINS(file, "\xfe\xed\xfe\xed") || BEGINS(file, "\xce\xce\xce\xce"))
        return "key store (Java)";
    if (BEGINS(file, "PuTTY-User-Key-File-"))
        return "private key (PuTTY)";
    if (BEGINS(file, "SSH PRIVATE KEY FILE FORMAT 1.1\n"))
        return "private key (SSH1)";
    if (is_gpg_agent_key(file))
        return "private key (GnuPG)";
    if (is_openpgp_secret(file))
        return "secret keyring (OpenPGP)";
    const char *kind = kind_of_der(file);
    return kind ? kind : kind_of_text(file);
}
