# SPDX-License-Identifier: Apache-2.0
"""Writes the manifest that AWS's tool writes for parts that are there (FORMAT.md 4, 5).

    python3 manifest.py KEYS IMAGE BUNDLE KEY IV

BUNDLE is the folder of the parts, with tar-digest and part-digests as tests/bench/pipeline leaves
them; the manifest goes there, too.
"""

import pathlib
import subprocess
import sys


def openssl(*arguments, data):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True,
                          check=True).stdout


def wrapped(keys, owner, secret):
    return openssl("pkeyutl", "-encrypt", "-certin", "-inkey", f"{keys}/{owner}-cert.pem",
                   data=secret.encode()).hex()


def secrets(keys, key, iv):
    cipher = " algorithm='AES-128-CBC'"
    for name, attribute, secret in (("key", cipher, key), ("iv", "", iv)):
        for owner in ("ec2", "user"):
            tag = f"{owner}_encrypted_{name}"
            yield f"<{tag}{attribute}>{wrapped(keys, owner, secret)}</{tag}>"


def main(keys, image, bundle, key, iv):
    image, bundle = pathlib.Path(image), pathlib.Path(bundle)
    parts = sorted(bundle.glob("*.part.*"))
    digests = [line.split()[0] for line in (bundle / "part-digests").read_text().splitlines()]
    assert len(parts) == len(digests)
    listed = "".join(
        f"<part index='{index}'><filename>{part.name}</filename>"
        f"<digest algorithm='SHA1'>{digest}</digest></part>"
        for index, (part, digest) in enumerate(zip(parts, digests)))
    digest = (bundle / "tar-digest").read_text().split()[0]
    machine = ("<machine_configuration><architecture>x86_64</architecture>"
               "</machine_configuration>")
    content = (
        f"<image><name>{image.name}</name><user>123456789012</user><type>machine</type>"
        f"<digest algorithm='SHA1'>{digest}</digest><size>{image.stat().st_size}</size>"
        f"<bundled_size>{sum(part.stat().st_size for part in parts)}</bundled_size>"
        f"{''.join(secrets(keys, key, iv))}<parts count='{len(parts)}'>{listed}</parts></image>")
    signature = openssl("dgst", "-sha1", "-sign", f"{keys}/user-key.pem",
                        data=(machine + content).encode()).hex()
    (bundle / f"{image.name}.manifest.xml").write_text(
        "<?xml version='1.0'?><manifest><version>2007-10-10</version><bundler>"
        "<name>ec2-ami-tools</name><version>1.5</version><release>3</release></bundler>"
        f"{machine}{content}<signature>{signature}</signature></manifest>")


if __name__ == "__main__":
    main(*sys.argv[1:])
