# SPDX-License-Identifier: Apache-2.0
"""Other people's readers of bundles, one function each, written from FORMAT.md 4, 6 and 7.

    python3 readers.py [--cloud NAME] KEYS MANIFEST [READER:]FIELD=VALUE...

Each reader opens the bundle by its own rules and returns what it has read: for each field a list of
texts. A line for each on standard output is its name and "ok", "OTHER" (it takes the bundle, and
reads other values than the FIELDs say) or "FAIL", and why. A field that is given twice has two
values; an empty VALUE is none; one with READER: is what that reader alone makes of it.

KEYS holds {user,ec2}-{cert,key}.pem; --cloud says whose certificate and key stand for the cloud's.
"""

import argparse
import binascii
import gzip
import hashlib
import os
import re
import sys
from functools import partial

from bundle import (REFUSALS, Bundle, Refused, all_fields, cut, decrypt, first_gzip_member,
                    image_value, is_signed, lenient_hex, mappings, members, parse,
                    parse_without_namespaces, parts_by_index, parts_in_document_order,
                    refuse_unless, required, texts)

# -- the readers --


def raw_rule(bundle):
    """The rule of the format: the signature is over the raw bytes of the two elements."""
    root = parse_without_namespaces(bundle.raw)
    image = cut(bundle.raw, b"image")
    refuse_unless(image, "the cut is empty")
    data = (cut(bundle.raw, b"machine_configuration") or b"") + image
    refuse_unless(is_signed(bundle, data, lenient_hex(required(root, "signature"))),
                  "the signature is wrong")
    return all_fields(root)


def signed_values(bundle):
    """The same rule, believing nothing but the bytes that are signed."""
    raw_rule(bundle)
    data = (cut(bundle.raw, b"machine_configuration") or b"") + cut(bundle.raw, b"image")
    declaration = re.match(rb"<\?xml.*?\?>|", bundle.raw).group()
    return all_fields(parse(declaration + b"<manifest>" + data + b"</manifest>"))


def written_again(raw):
    """The document as REXML writes what it has read: one kind of line end, attributes in
    apostrophes, empty elements in short; texts stay as they are, escapes included."""

    def tag(match):
        attributes = re.findall(rb"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", match[2] or b"")
        return b"<%s%s%s>" % (match[1], b"".join(b" %s='%s'" % (name, one or other)
                                                for name, one, other in attributes), match[3])

    text = re.sub(rb"<([^\s/>?!]+)(\s[^>]*?)?\s*(/?)>", tag, raw.replace(b"\r\n", b"\n"))
    return re.sub(rb"<([^\s/>?!]+)([^>]*)></\1>", rb"<\1\2/>", text)


def ec2_migrate(bundle):
    """ec2-migrate-manifest 1.5.3: any version; the signature over the document written again."""
    root, text = parse_without_namespaces(bundle.raw), written_again(bundle.raw)
    version = required(root, "version")
    refuse_unless(version in ("3", "20070829", "2007-08-29", "2007-10-10"), "unknown version")
    machine = b"" if version == "3" else cut(text, b"machine_configuration") or b""
    image = cut(text, b"image")
    refuse_unless(image, "the cut is empty")
    data = machine + image
    refuse_unless(len(data) <= 1 << 20, "more than 1 MiB is never authentic")
    refuse_unless(is_signed(bundle, data, binascii.a2b_hex(required(root, "signature"))),
                  "fails authentication")
    fields = all_fields(root)
    if version == "3":
        fields["architecture"] = ["i386"]
    if version != "2007-10-10":
        fields["type"] = ["machine"]
    return fields


def ec2_unbundle(bundle):
    """ec2-unbundle 1.5.3: any version; parts by index, unchecked; the archive's digest."""
    root = parse_without_namespaces(bundle.raw)
    parts = [bundle.part(part.findtext("filename")) for part in parts_by_index(root)]
    archive = gzip.decompress(decrypt(bundle, root, parts, "user"))
    refuse_unless(hashlib.sha1(archive).hexdigest() == required(root, "image/digest"),
                  "invalid digest")
    name, image = members(archive)[-1]
    return {"name": [name], **image_value(image)}


def ec2_registration(bundle):
    """EC2 itself, as far as its refusals are known: RegisterImage, then a launch."""
    refuse_unless(bundle.raw.startswith(b"<?xml"), "there is no declaration")
    root = parse_without_namespaces(bundle.raw)
    order = [element.tag for element in root.findall("image/*")]
    refuse_unless(order[order.index("user") + 1] == "type", "type does not follow user")
    machine = [element.tag for element in root.findall("machine_configuration/*")]
    devices = "block_device_mapping"
    refuse_unless(not any(devices in machine[machine.index(name):]
                          for name in ("kernel_id", "ramdisk_id") if name in machine),
                  "the mapping follows an id")
    for mapping in root.iter("mapping"):
        refuse_unless([element.tag for element in mapping] == ["virtual", "device"],
                      "device before virtual")
    refuse_unless(required(root, "image/user").isdigit(), "the account has hyphens")
    refuse_unless(required(root, "signature"), "the signature is empty")
    for name in ("user_encrypted_key", "user_encrypted_iv"):
        required(root, f"image/{name}")
    parts = [bundle.part(part.findtext("filename")) for part in parts_by_index(root)]
    archive = gzip.decompress(decrypt(bundle, root, parts, "ec2"))
    refuse_unless(hashlib.sha1(archive).hexdigest() == required(root, "image/digest"),
                  "the image has another digest")
    return {**all_fields(root), **image_value(members(archive)[0][1])}


NOVA_ARCHITECTURES = ("aarch64", "armv7l", "i686", "ppc", "ppc64", "ppc64le", "x86_64")


def nova(bundle):
    """OpenStack Nova from 2014 and ec2-api: document order, strict hexadecimal, the first member of
    the archive in the first member of the stream; no signature, digest, size or type."""
    root = parse(bundle.raw)
    machine = "machine_configuration/"
    kernel, ramdisk = (texts(root, machine + name) for name in ("kernel_id", "ramdisk_id"))
    kind = "kernel" if kernel == ["true"] else "ramdisk" if ramdisk == ["true"] else "machine"
    architecture = root.findtext(machine + "architecture") or "x86_64"
    refuse_unless(architecture in NOVA_ARCHITECTURES, f"{architecture} is no architecture")
    names = [element.text for element in root.findall("image/.//filename")]
    stream = decrypt(bundle, root, map(bundle.part, names), "ec2")
    files = members(first_gzip_member(stream))
    for name, _ in files:
        inside = os.path.abspath(os.path.join("/directory", name))
        refuse_unless(inside.startswith("/directory/"), f"{name} lies outside")
        refuse_unless(name not in ("image.encrypted", "image.tar.gz", *names),
                      f"{name} is a file of the reader's own")
    return {"type": [kind], "architecture": [architecture], "mapping": mappings(root),
            "kernel_id": kernel, "ramdisk_id": ramdisk, **image_value(files[0][1])}


def eucalyptus_3(bundle):
    """Eucalyptus 3's Walrus: signature to the first closing tags, where a missing element is the
    word "null"; parts in document order, unchecked; every file in the archive is the image."""
    root = parse_without_namespaces(bundle.raw)
    pieces = [cut(bundle.raw, name) or b"null" for name in (b"machine_configuration", b"image")]
    signature = binascii.a2b_hex(required(root, "signature"))
    refuse_unless(is_signed(bundle, b"".join(pieces), signature, ("user", "ec2")),
                  "the signature is wrong")
    stream = decrypt(bundle, root, parts_in_document_order(bundle, root), "ec2")
    return image_value(b"".join(image for _, image in members(gzip.decompress(stream))))


def eucalyptus_4_1(bundle):
    """Eucalyptus 4.0 and 4.1: signature to the last closing tags; then as 4.2."""
    root = parse_without_namespaces(bundle.raw)
    pieces = [cut(bundle.raw, name, last=True) for name in (b"machine_configuration", b"image")]
    refuse_unless(all(pieces), "manifest in wrong format")
    signature = binascii.a2b_hex(required(root, "signature"))
    refuse_unless(is_signed(bundle, b"".join(pieces), signature, ("user", "ec2")),
                  "manifest has invalid signature")
    return eucalyptus_4_2(bundle)


def eucalyptus_4_2(bundle):
    """Eucalyptus 4.2: registration without a signature, then the node that makes the image."""
    root = parse_without_namespaces(bundle.raw)
    fields = eucalyptus_registration(bundle, root)
    return {**fields, **image_value(eucalyptus_node(bundle, root))}


def java_long(text):
    """Long.parseLong takes no blanks."""
    refuse_unless(re.fullmatch(r"[+-]?[0-9]+", text), f"{text!r} is no number")
    return int(text)


def eucalyptus_registration(bundle, root):
    refuse_unless(len(bundle.raw) <= 5 << 20, "the manifest is too large")
    size = java_long(required(root, "image/size"))
    refuse_unless(size <= 30 << 30, "the image is too large")
    architecture = required(root, "machine_configuration/architecture")
    refuse_unless(architecture in ("i386", "x86_64", "other"), f"architecture {architecture}")
    kernel = texts(root, "machine_configuration/kernel_id")
    ramdisk = texts(root, "machine_configuration/ramdisk_id")
    return {
        "user": [required(root, ".//user")],
        "size": [str(size)],
        "bundled_size": [str(java_long(required(root, "image/bundled_size")))],
        "architecture": [architecture],
        "type": [eucalyptus_type(bundle.path.name, root, kernel, ramdisk)],
        "kernel_id": [name for name in kernel if re.fullmatch("[ae]ki-[0-9a-fA-F]{8}", name)],
        "ramdisk_id": [name for name in ramdisk if re.fullmatch("[ae]ri-[0-9a-fA-F]{8}", name)],
        "mapping": [line for line in mappings(root)
                    if re.match("(ami|root|swap|ephemeral[^=]*)=", line)],
    }


def eucalyptus_type(file_name, root, kernel, ramdisk):
    kind, yes = root.findtext("image/type"), (["true"], ["yes"])
    if kind == "kernel" or kernel in yes or file_name.startswith("vmlinuz"):
        return "kernel"
    if kind == "ramdisk" or ramdisk in yes or file_name.startswith("initrd"):
        return "ramdisk"
    return "windows" if file_name.startswith("windows") else "machine"


def eucalyptus_node(bundle, root):
    """The image: digests as exact texts, and both sizes as exact numbers."""
    parts = parts_in_document_order(bundle, root)
    for part, digest in zip(parts, root.findall("image/parts/part/digest")):
        algorithm = digest.get("algorithm").lower()
        refuse_unless(re.fullmatch("sha.*|md5.*", algorithm), f"algorithm {algorithm}")
        refuse_unless(hashlib.new(algorithm, part).hexdigest() == digest.text,
                      "a part has another digest")
    refuse_unless(sum(map(len, parts)) == java_long(required(root, "image/bundled_size")),
                  "the parts have another size")
    archive = gzip.decompress(decrypt(bundle, root, parts, "ec2"))
    image = b"".join(content for _, content in members(archive))
    refuse_unless(len(image) == java_long(required(root, "image/size")),
                  "the image has another size")
    return image


def euca_unbundle(bundle, owner):
    """euca2ools with the private key of OWNER: the account's copy of the key is tried, then the
    cloud's; parts by index; all digests and the size; no signature; blanks do not matter."""
    root = parse(bundle.raw)
    architecture = required(root, "machine_configuration/architecture").strip()
    kind = required(root, "image/type").strip()
    parts = []
    for part in parts_by_index(root):
        parts.append(bundle.part(part.findtext("filename").strip()))
        refuse_unless(hashlib.sha1(parts[-1]).hexdigest() == part.findtext("digest").strip(),
                      "a part has another digest")
    archive = gzip.decompress(decrypt_with_either(bundle, root, parts, owner))
    refuse_unless(hashlib.sha1(archive).hexdigest() == required(root, "image/digest").strip(),
                  "the archive has another digest")
    _, image = members(archive)[0]
    refuse_unless(len(image) == int(required(root, "image/size")), "the image has another size")
    return {"architecture": [architecture], "type": [kind],
            "name": [required(root, "image/name").strip()], **image_value(image)}


def decrypt_with_either(bundle, root, parts, owner):
    try:
        return decrypt(bundle, root, parts, "user", owner, lenient_hex)
    except Refused:
        return decrypt(bundle, root, parts, "ec2", owner, lenient_hex)


READERS = {
    "raw-rule": raw_rule,
    "signed-values": signed_values,
    "ec2-migrate": ec2_migrate,
    "ec2-unbundle": ec2_unbundle,
    "ec2": ec2_registration,
    "eucalyptus-3": eucalyptus_3,
    "eucalyptus-4.1": eucalyptus_4_1,
    "eucalyptus-4.2": eucalyptus_4_2,
    "nova": nova,
    "euca-unbundle": partial(euca_unbundle, owner="user"),
    "euca-unbundle-cloud": partial(euca_unbundle, owner="ec2"),
}


# -- what they read, compared --


def parse_expected(arguments):
    """Fields to lists of values; those of one reader alone under (READER, FIELD)."""
    expected = {}
    for argument in arguments:
        name, _, value = argument.partition("=")
        reader, colon, field = name.rpartition(":")
        values = expected.setdefault((reader, field) if colon else field, [])
        if value:
            values.append(value)
    return expected


def judge(name, bundle, expected):
    try:
        values = READERS[name](bundle)
    except REFUSALS as error:
        return f"FAIL {error}"
    for field, value in values.items():
        wanted = expected.get((name, field), expected.get(field, []))
        if value != wanted:
            return f"OTHER {field} is {value} instead of {wanted}"
    return "ok"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cloud", default="ec2")
    parser.add_argument("keys")
    parser.add_argument("manifest")
    parser.add_argument("fields", nargs="*")
    given = parser.parse_args()
    bundle, expected = Bundle(given.manifest, given.keys, given.cloud), parse_expected(given.fields)
    for name in READERS:
        print(name, judge(name, bundle, expected))


if __name__ == "__main__":
    sys.exit(main())
