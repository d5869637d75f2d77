# SPDX-License-Identifier: Apache-2.0
"""What every reader of bundles does: XML, signature, key, stream, archive."""

import binascii
import gzip
import hashlib
import io
import pathlib
import re
import subprocess
import tarfile
import xml.etree.ElementTree as xml
import zlib


class Refused(Exception):
    """A reader does not take the bundle."""


# What the libraries of the readers below say when they do not; anything else is a fault in here.
REFUSALS = (Refused, binascii.Error, xml.ParseError, tarfile.TarError, zlib.error, gzip.BadGzipFile,
            EOFError, FileNotFoundError)


def refuse_unless(condition, reason):
    if not condition:
        raise Refused(reason)


def openssl(*arguments, data):
    """The output of an openssl command; a failure is a refusal."""
    done = subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=False)
    refuse_unless(done.returncode == 0, f"openssl {arguments[0]} {arguments[1]} fails")
    return done.stdout


class Bundle:
    """A manifest, the parts beside it, and the keys of the account ("user") and the cloud."""

    def __init__(self, manifest, keys, cloud="ec2"):
        self.path = pathlib.Path(manifest)
        self.raw = self.path.read_bytes()
        self.keys = pathlib.Path(keys)
        self.owners = {"user": "user", "ec2": cloud}

    def pem(self, owner, kind):
        return str(self.keys / f"{self.owners[owner]}-{kind}.pem")

    def part(self, name):
        return (self.path.parent / name).read_bytes()


# -- the manifest's XML --


def parse(raw):
    """The document for readers that know namespaces: with one, no element has its bare name."""
    return xml.fromstring(raw)


def parse_without_namespaces(raw):
    """The document for readers to which a name is what is written."""
    root = xml.fromstring(raw)
    for element in root.iter():
        element.tag = element.tag.partition("}")[2] or element.tag
    return root


def texts(root, path):
    return [element.text or "" for element in root.findall(path)]


def required(root, path):
    """The text of the first element there, exactly as it stands."""
    found = texts(root, path)
    refuse_unless(found, f"there is no {path}")
    return found[0]


def without_blanks(text):
    return "".join(text.split())


def mappings(root):
    return [f"{mapping.findtext('virtual')}={mapping.findtext('device')}"
            for mapping in root.findall("machine_configuration/block_device_mapping/mapping")]


def all_fields(root):
    """Every field of a manifest that is not about keys and parts."""
    machine = "machine_configuration/"
    return {
        "architecture": texts(root, machine + "architecture"),
        "mapping": mappings(root),
        "kernel_id": texts(root, machine + "kernel_id"),
        "ramdisk_id": texts(root, machine + "ramdisk_id"),
        "product_code": texts(root, machine + "product_codes/product_code"),
        "name": texts(root, "image/name"),
        "user": texts(root, "image/user"),
        "type": texts(root, "image/type"),
        "kernel_name": texts(root, "image/kernel_name"),
        "ancestor": texts(root, "image/ancestry/ancestor_ami_id"),
        "size": texts(root, "image/size"),
        "bundled_size": texts(root, "image/bundled_size"),
    }


# -- signatures --


def cut(text, name, last=False):
    """The element NAME by plain search to its first or last closing tag; None without one."""
    start, close = text.find(b"<%s>" % name), b"</%s>" % name
    end = text.rfind(close) if last else text.find(close)
    return text[start : end + len(close)] if start >= 0 and end >= 0 else None


def is_signed(bundle, data, signature, owners=("user",)):
    """Is SIGNATURE over DATA by the key of one of OWNERS?"""
    for owner in owners:
        try:
            digest = openssl("pkeyutl", "-verifyrecover", "-certin", "-inkey",
                             bundle.pem(owner, "cert"), "-pkeyopt", "digest:sha1", data=signature)
        except Refused:
            continue
        if digest == hashlib.sha1(data).digest():
            return True
    return False


# -- key, stream, archive --


def unwrap(bundle, owner, wrapped):
    """The 32 digits in WRAPPED. A wrong key may give random bytes instead of an error."""
    digits = openssl("pkeyutl", "-decrypt", "-inkey", bundle.pem(owner, "key"), data=wrapped)
    refuse_unless(re.fullmatch(rb"[0-9a-f]{32}", digits), "no key comes out")
    return digits.decode()


def decrypt(bundle, root, parts, prefix, owner=None, hexadecimal=binascii.a2b_hex):
    """The gzip stream in PARTS, by the key and IV that are encrypted for PREFIX."""
    key, iv = (unwrap(bundle, owner or prefix,
                      hexadecimal(required(root, f"image/{prefix}_encrypted_{what}")))
               for what in ("key", "iv"))
    return openssl("enc", "-d", "-aes-128-cbc", "-K", key, "-iv", iv, data=b"".join(parts))


def lenient_hex(text):
    return binascii.a2b_hex(without_blanks(text))


def parts_in_document_order(bundle, root):
    return [bundle.part(name) for name in texts(root, "image/parts/part/filename")]


def parts_by_index(root):
    """The part elements in the order of their indexes, as many as their count says."""
    parts = root.findall("image/parts/part")
    parts.sort(key=lambda part: int(part.get("index")))
    indexes = [int(part.get("index")) for part in parts]
    count = int(root.find("image/parts").get("count"))
    refuse_unless(indexes == list(range(count)), f"of {count} parts these are there: {indexes}")
    return parts


def first_gzip_member(stream):
    """What Python's tarfile sees of a compressed pipe: it stops at the first member's end."""
    inflater = zlib.decompressobj(wbits=31)
    data = inflater.decompress(stream)
    refuse_unless(inflater.eof, "the gzip stream is cut off")
    return data


def members(archive):
    """Name and content of each file in a tar archive, one after another as from a pipe."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r|") as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar if member.isfile()]


def image_value(image):
    return {"image": [hashlib.sha256(image).hexdigest()]}
