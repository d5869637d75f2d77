# SPDX-License-Identifier: Apache-2.0
"""Bundles that are deformed in one way and correctly signed again, to see who still reads them.

    python3 deform.py KEYS MANIFEST WAY OUT

OUT gets the manifest and its parts, deformed in that WAY: a row of the tables below.
"""

import gzip
import hashlib
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

from bundle import (Bundle, cut, decrypt, members, parse, parts_in_document_order, required,
                    unwrap)


def substitution(pattern, replacement, count=1):
    """A change of the text that must find something to change."""

    def change(text):
        changed, found = re.subn(pattern, replacement, text, count=count, flags=re.DOTALL)
        assert found, f"nothing is like {pattern}"
        return changed

    return change


# -- the manifest --


def pretty(text):
    """A line for each element, with indentation; texts keep their very characters."""
    depth, lines = 0, []
    declaration, *elements = re.findall(rb"<\?.*?\?>|<[^<>/][^<>]*>[^<>]*</[^<>]*>|<[^<>]*>", text)
    for element in elements:
        closing = element.startswith(b"</")
        depth -= closing
        lines.append(b"  " * depth + element)
        depth += not closing and b"</" not in element and not element.endswith(b"/>")
    return b"\n".join([declaration, *lines]) + b"\n"


def parts_in_reverse(text):
    parts = re.findall(rb"<part .*?</part>", text)
    return text.replace(b"".join(parts), b"".join(reversed(parts)))


DECLARATION = rb"<\?xml.*?\?>"
MANIFESTS = {
    # FORMAT.md 7, the table of deformed manifests
    "double-quotes": substitution(rb"'", b'"', count=0),
    "pretty-lf": pretty,
    "pretty-crlf": lambda text: pretty(text).replace(b"\n", b"\r\n"),
    "other-declaration": substitution(DECLARATION, b'<?xml version="1.0" encoding="UTF-8"?>\n'),
    "no-declaration": substitution(DECLARATION, b""),
    "newline-at-end": lambda text: text + b"\n",
    "attribute-on-image": substitution(b"<image>", b"<image id='x'>"),
    "xmlns": substitution(b"<manifest>", b"<manifest xmlns='urn:x'>"),
    "no-machine-configuration": substitution(
        rb"<machine_configuration>.*</machine_configuration>", b""),
    "image-first": substitution(rb"(<machine_configuration>.*)(<image>.*</image>)", rb"\2\1"),
    "parts-in-reverse": parts_in_reverse,
    "blanks-in-signature": lambda text: text,  # put in after signing, see sign()
    "image-in-bundler": substitution(b"</bundler>", b"<image></image></bundler>"),
    # what single rules are about
    "blanks-in-size": substitution(rb"<size>([0-9]+)", rb"<size> \1 "),
    "blanks-in-cloud-key": substitution(rb"(<ec2_encrypted_key[^>]*>)", rb"\1 "),
    "upper-case-digests": substitution(
        rb"<part .*</part>",
        lambda parts: re.sub(rb">[0-9a-f]{40}<", lambda digest: digest[0].upper(), parts[0])),
    "other-count": substitution(b"<parts count='", b"<parts count='1"),
    "other-size": substitution(b"<size>", b"<size>1"),
    "other-bundled-size": substitution(b"<bundled_size>", b"<bundled_size>1"),
    "other-digest": substitution(rb"<digest ([^>]*)>.{40}</digest><size>",
                                 rb"<digest \1>%s</digest><size>" % (b"0" * 40)),
    "i386": substitution(b"<architecture>[^<]*", b"<architecture>i386"),
    "hyphens-in-user": substitution(b"<user>(....)(....)", rb"<user>\1-\2-"),
    "user-in-bundler": substitution(b"</bundler>", b"<user>999999999999</user></bundler>"),
    "type-before-user": substitution(rb"(<user>.*?</user>)(<type>.*?</type>)", rb"\2\1"),
    "mapping-last": substitution(
        rb"(<block_device_mapping>.*</block_device_mapping>)(.*)(</machine_configuration>)",
        rb"\2\1\3"),
    "device-first": substitution(
        rb"(<virtual>.*?</virtual>)(<device>.*?</device>)", rb"\2\1", count=0),
    "beyond-5-mib": substitution(
        b"</bundler>", b"<padding>%s</padding></bundler>" % (b"0" * (5 << 20))),
}


def sign(text, bundle, way):
    """TEXT with a signature over the raw bytes of its two elements."""
    data = b"".join(cut(text, name) or b"" for name in (b"machine_configuration", b"image"))
    signature = subprocess.run(["openssl", "dgst", "-sha1", "-sign", bundle.pem("user", "key")],
                               input=data, capture_output=True, check=True).stdout.hex()
    if way == "blanks-in-signature":
        signature = f"\n  {signature[:64]}\n  {signature[64:]}\n"
    return substitution(rb"<signature>[^<]*", b"<signature>" + signature.encode())(text)


# -- what is in the parts --


def archive_of(*files):
    """A tar archive of these (name, content) pairs."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def two_gzip_members(archive):
    half = len(archive) // 2
    return archive, gzip.compress(archive[:half], 1) + gzip.compress(archive[half:], 1)


def in_one_gzip_member(change):
    """An archive in which the (name, content) of the image has become what CHANGE makes of it."""

    def make(archive):
        (name, image), = members(archive)
        changed = archive_of(*change(name, image))
        return changed, gzip.compress(changed, 1)

    return make


OTHER = ("other", b"other")
STREAMS = {
    "zeros-behind-gzip": lambda archive: (archive, gzip.compress(archive, 1) + bytes(512)),
    "two-gzip-members": two_gzip_members,
    "other-member-first": in_one_gzip_member(lambda name, image: [OTHER, (name, image)]),
    "other-member-last": in_one_gzip_member(lambda name, image: [(name, image), OTHER]),
    "name-outside": in_one_gzip_member(lambda name, image: [("../" + name, image)]),
    "name-of-a-part": in_one_gzip_member(lambda name, image: [(name + ".again", image)]),
    "other-image": in_one_gzip_member(lambda name, image: [(name, image[:-1] + b"!")]),
}


def packed_again(bundle, make):
    """The manifest's text, and the one part of it, with another stream under the same key."""
    root = parse(bundle.raw)
    archive, stream = make(gzip.decompress(
        decrypt(bundle, root, parts_in_document_order(bundle, root), "user")))
    key, iv = (unwrap(bundle, "user", bytes.fromhex(required(root, f"image/user_encrypted_{what}")))
               for what in ("key", "iv"))
    part = subprocess.run(["openssl", "enc", "-aes-128-cbc", "-K", key, "-iv", iv],
                          input=stream, capture_output=True, check=True).stdout
    name = root.findtext("image/name") + ".again"
    text = bundle.raw
    for pattern, value in (
        (rb"(<digest [^>]*>)[^<]*(</digest><size>)", hashlib.sha1(archive).hexdigest()),
        (rb"(<bundled_size>)[^<]*(</bundled_size>)", str(len(part))),
        (rb"(<parts count=').*(</parts>)", f"1'><part index='0'><filename>{name}</filename>"
         f"<digest algorithm='SHA1'>{hashlib.sha1(part).hexdigest()}</digest></part>"),
    ):
        text = substitution(pattern, rb"\g<1>%s\2" % value.encode())(text)
    return text, name, part


def flip_a_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def main(keys, manifest, way, out):
    bundle, out = Bundle(manifest, keys), pathlib.Path(out)
    shutil.copytree(bundle.path.parent, out)
    if way == "flipped-byte":
        flip_a_byte(sorted(out.glob("*.part.*"))[0])
        return
    if way in STREAMS:
        text, name, part = packed_again(bundle, STREAMS[way])
        (out / name).write_bytes(part)
    else:
        text = MANIFESTS[way](bundle.raw)
    (out / bundle.path.name).write_bytes(sign(text, bundle, way))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
