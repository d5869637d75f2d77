# SPDX-License-Identifier: Apache-2.0
"""What is measured: forge's commands and the public pipelines, as they take turns."""

import json
import os
import secrets
import subprocess
import sys

import measure

HERE = os.path.dirname(os.path.abspath(__file__))
PIPELINE = os.path.join(HERE, "pipeline")
# Beside the default, which is 6; and those that are compared with their stages.
LEVELS = {"full": ["fast", "1", "9", "12"], "quick": ["fast", "12"]}
LIMITS = {"full": ["fast", "1", "6", "9", "12"], "quick": ["fast", "6"]}
MIB = 1 << 20

# (MiB of data, MiB of the virtual disk); full measures the disk as it is
QUICK_DISK = (96, 1024)
VIRTUAL = {"full": (600, 4 << 10, 64 << 10), "quick": (96, 4 << 10, 64 << 10)}


def size_of_parts(folder):
    return sum(entry.stat().st_size for entry in os.scandir(folder) if ".part." in entry.name)


def same_file(one, other):
    """Exit unless two images are equal."""
    if subprocess.run(["cmp", one, other], check=False).returncode:
        sys.exit(f"tests/bench: {one} is not what was bundled")


def make_image(disk, path, data, virtual):
    subprocess.run([sys.executable, os.path.join(HERE, "image.py"), disk, path, str(data),
                    str(virtual)], check=True)
    return path


class Bench:
    """The inputs in a work directory, and everything that was measured so far by name."""

    def __init__(self, forge, stages, disk, keys, work, mode):
        self.forge, self.stages, self.keys, self.work, self.mode = forge, stages, keys, work, mode
        self.secret = [secrets.token_hex(16), secrets.token_hex(16)]
        self.runs, self.sizes, self.limits = {}, {}, {}
        self.image = self.path("disk")
        if mode == "quick":
            make_image(disk, self.image, *QUICK_DISK)
        else:
            os.symlink(disk, self.image)
        data, small, large = VIRTUAL[mode]
        for virtual in small, large:
            make_image(disk, self.path(f"disk-{virtual}"), data, virtual)

    def path(self, name):
        return os.path.join(self.work, name)

    def manifest(self, folder, image="disk"):
        return self.path(f"{folder}/{image}.manifest.xml")

    def measured(self, name, command, inputs, output=None):
        print(f"  {name:28}", end="", flush=True)
        done = measure.run(command, self.path("log"), inputs, output)
        print(f"{done.seconds:9.3f} s {done.kib / 1024:8.1f} MiB", flush=True)
        self.runs.setdefault(name, []).append(done)

    # -- the commands --

    def bundle(self, name, level=None, image=None):
        image, out = image or self.image, self.path(name)
        command = [self.forge, "bundle", "-q", image, "-c", f"{self.keys}/user-cert.pem",
                   "-k", f"{self.keys}/user-key.pem", "--ec2cert", f"{self.keys}/ec2-cert.pem",
                   "-u", "123456789012", "-r", "x86_64", "--no-size-checks", "-d", out]
        if level:
            command += ["--level", level]
        self.measured(name, command, [image], out)
        self.sizes[name] = size_of_parts(out)

    def public_bundle(self, tool):
        out = self.path(tool)
        self.measured(tool, [PIPELINE, f"{tool}-bundle", self.image, out, *self.secret],
                      [self.image], out)
        self.sizes[tool] = size_of_parts(out)

    def unbundle(self, name, folder):
        """Ours; what comes out is compared with the input once."""
        out = self.path("back")
        self.measured(name, [self.forge, "unbundle", "-q", self.manifest(folder), "-k",
                             f"{self.keys}/user-key.pem", "-o", out], [self.path(folder)], out)
        self.compare_once(name, out)
        measure.remove(out)

    def public_unbundle(self, name, folder, secret):
        out = self.path("public-back")
        self.measured(name, [PIPELINE, "unbundle", self.path(folder), out, *secret],
                      [self.path(folder)], out)
        self.compare_once(name, os.path.join(out, "disk"))
        measure.remove(out)

    def compare_once(self, name, image):
        if len(self.runs[name]) == 1:
            same_file(image, self.image)

    def open_once(self, folder):
        """A public bundle must be one that the pipeline opens."""
        if len(self.runs[folder]) == 1:
            out = self.path("opened")
            subprocess.run([PIPELINE, "unbundle", self.path(folder), out, *self.secret], check=True)
            same_file(os.path.join(out, "disk"), self.image)
            measure.remove(out)

    def time_stages(self):
        """Every stage alone; bytes and processor seconds of each, by level."""
        out = self.path("stages")
        measure.remove(out)
        os.mkdir(out)
        measure.warm(self.image)
        print("  every stage alone", end="", flush=True)
        levels = {}
        for level in LIMITS[self.mode]:
            print(f" {level}", end="", flush=True)
            levels |= json.loads(subprocess.check_output([self.stages, self.image, out, level]))
            measure.remove(os.path.join(out, level))
        print()
        for level, stages in levels.items():
            self.limits.setdefault(level, []).append(stages)

    def verify(self):
        parts = sorted(entry.path for entry in os.scandir(self.path("bundle"))
                       if ".part." in entry.name)
        self.measured("sha1sum", ["sha1sum", *parts], parts)
        self.measured("verify", [self.forge, "verify", "-q", self.manifest("bundle")], parts)

    # -- a round --

    def round(self):
        """All of it once, ours and theirs in turn."""
        self.public_bundle("aws")
        self.open_once("aws")
        self.bundle("bundle")
        self.public_bundle("euca")
        self.open_once("euca")
        for level in LEVELS[self.mode]:
            self.bundle(f"bundle {level}", level)
        self.time_stages()
        self.write_public_manifest()
        ours = self.our_secret()
        for _ in range(1 if self.mode == "quick" else 2):  # these are short
            self.public_unbundle("public unbundle, our bundle", "bundle", ours)
            self.unbundle("unbundle, our bundle", "bundle")
            self.public_unbundle("public unbundle, AWS bundle", "aws", self.secret)
            self.unbundle("unbundle, AWS bundle", "aws")
            self.verify()
            for virtual in VIRTUAL[self.mode][1:]:
                self.bundle(f"virtual-{virtual}", image=self.path(f"disk-{virtual}"))

    def our_secret(self):
        """The AES key and IV in our manifest, for the pipeline to open our bundle with."""
        with open(self.manifest("bundle"), encoding="ascii") as file:
            text = file.read()
        fields = [text.partition(f"<user_encrypted_{name}")[2].partition(">")[2].partition("<")[0]
                  for name in ("key", "iv")]
        return [subprocess.run(
            ["openssl", "pkeyutl", "-decrypt", "-inkey", f"{self.keys}/user-key.pem"],
            input=bytes.fromhex(field), capture_output=True, check=True).stdout.decode()
                for field in fields]

    def write_public_manifest(self):
        subprocess.run([sys.executable, os.path.join(HERE, "manifest.py"), self.keys, self.image,
                        self.path("aws"), *self.secret], check=True)
