#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dnf, zypper and pacman for real, each in a guest that inspection takes for a distribution that has it,
# with signed repositories on this host's loopback; and labels by a real SELinux policy.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires rpmbuild rpmsign createrepo_c repo-add gpg debugfs selabel_lookup python3
requires_appliance
disk=$(made_disk managers-disk)/managers.raw
"$FORGE_SOURCE/fixtures/package-repositories" "$dir/repositories"
cd "$dir/repositories"
serve .
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
host=http://169.254.2.2:$port closed=http://169.254.2.2:1
echo 'nameserver 192.0.2.1' >resolv.conf

# guest OS-RELEASE: guest.raw, which names itself so and has a resolv.conf of its own.
guest() {
  cp --sparse=always "$disk" guest.raw
  echo "$1" >os-release
  debugfs -w -f - guest.raw >/dev/null 2>&1 <<'COMMANDS'
cd /usr/lib
rm os-release
write os-release os-release
cd /etc
rm resolv.conf
write resolv.conf resolv.conf
COMMANDS
}

# manage CONFIGURATION QUERY CACHE FILE [OPTION...]: the operations, in one session, after those of the
# OPTIONs. The local file goes in while no repository can be reached. QUERY tells what is installed; CACHE
# matches what was fetched.
manage() {
  cat >commands <<COMMANDS
package-file $4
run-command $2 forge-probe >/etc/result
edit $1:s,$closed,$host,
install forge-tool
run-command $2 forge-tool >>/etc/result
update
run-command $2 forge-probe >>/etc/result
uninstall forge-tool
run-command ! $2 forge-tool && ! find / -xdev -name '$3' | grep . && ! test -e /etc/started
COMMANDS
  expect_status 0 forge customize guest.raw -O raw -o managed.raw --network "${@:5}" --commands-from-file commands
  mv managed.raw guest.raw
}

# read_guest PATH: what the file has.
read_guest() { debugfs -R "cat $1" guest.raw 2>/dev/null; }

# expect_managed PROBE-1 TOOL PROBE-2: what the guest's database had, one after the other; nothing was
# started or asked, and the guest's resolv.conf, not that of the run, is there.
expect_managed() {
  [[ $(read_guest /etc/result) == "$1"$'\n'"$2"$'\n'"$3" ]] || fail "installed were: $(read_guest /etc/result)"
  [[ $(read_guest /etc/probe) == *'Running in chroot, ignoring '*$'\n''nobody answers, 1 name server' ]] ||
    fail "while packages were installed: $(read_guest /etc/probe)"
  [[ $(read_guest /etc/resolv.conf) == 'nameserver 192.0.2.1' ]] || fail "resolv.conf is $(read_guest /etc/resolv.conf)"
}

# dnf and zypper: both check the signatures of packages and of the list. dnf takes the key that the
# repository names, zypper only one that is there.
cat >forge.repo <<REPO
[forge]
name=forge
baseurl=$closed/rpm
gpgkey=$closed/rpm/key.asc
enabled=1
gpgcheck=1
repo_gpgcheck=1
skip_if_unavailable=0
REPO
probe1=forge-probe-1-1.noarch tool=forge-tool-1-1.noarch probe2=forge-probe-2-1.noarch

guest $'ID=fedora\nVERSION_ID=38\nPRETTY_NAME=Fedora'
printf '#cloud-config\nfqdn: web.example.com\n' >names
manage /etc/yum.repos.d/forge.repo 'rpm -q' '*.rpm' forge-probe-1.rpm \
  --mkdir /etc/yum.repos.d --upload forge.repo:/etc/yum.repos.d/forge.repo --write /etc/hosts: --cloud-config names
expect_managed $probe1 $tool $probe2
[[ $(read_guest /etc/hosts) == $'127.0.1.1\tweb.example.com web' ]] || fail "/etc/hosts has: $(read_guest /etc/hosts)"

guest $'ID=opensuse-leap\nVERSION_ID=15.5\nPRETTY_NAME=openSUSE'
manage /etc/zypp/repos.d/forge.repo 'rpm -q' '*.rpm' forge-probe-1.rpm \
  --mkdir /etc/zypp/repos.d --upload forge.repo:/etc/zypp/repos.d/forge.repo \
  --upload rpm/key.asc:/etc/key.asc --run-command 'rpm --import /etc/key.asc'
expect_managed $probe1 $tool $probe2

# pacman, with a list and packages whose signatures it checks; and with the last session's relabelling.
cat >pacman.conf <<CONF
[options]
Architecture = auto
CheckSpace
SigLevel = Required
LocalFileSigLevel = Optional
[forge]
Server = $closed/pacman
CONF
guest $'ID=arch\nPRETTY_NAME=Arch'
manage /etc/pacman.conf 'pacman -Q' '*.pkg.tar.*' forge-probe-1-1-any.pkg.tar.zst \
  --upload pacman.conf:/etc/pacman.conf --mkdir /etc/pacman.d/gnupg --chmod 700:/etc/pacman.d/gnupg \
  --tar-in keyring.tar:/etc/pacman.d/gnupg --touch /.autorelabel --selinux-relabel
expect_managed 'forge-probe 1-1' 'forge-tool 1-1' 'forge-probe 2-1'

# Every label is as libselinux on this host reads it out of the guest's policy, for S_IFDIR, S_IFREG, S_IFLNK.
debugfs -R "rdump /etc/selinux ." guest.raw 2>/dev/null
while read -r type path; do
  wanted=$(selabel_lookup -b file -f selinux/default/contexts/files/file_contexts -k "$path" -t $((type)) |
    sed -n 's/^Default context: *//p')
  found=$(debugfs -R "ea_get -V $path security.selinux" guest.raw 2>/dev/null | tr -d '\0')
  [[ $wanted && $found == "$wanted" ]] || fail "$path has the label \"$found\" instead of \"$wanted\""
done <<'PATHS'
0040000 /
0040000 /etc
0040000 /root
0040000 /tmp
0040000 /var/log
0100000 /etc/shadow
0100000 /etc/result
0100000 /usr/lib/systemd/systemd
0100000 /usr/lib/systemd/system/forge-probe.service
0100000 /usr/bin/dash
0100000 /usr/bin/dpkg
0100000 /usr/bin/pacman
0120000 /usr/bin/sh
PATHS
debugfs -R 'stat /.autorelabel' guest.raw 2>&1 | grep -q 'File not found' || fail "/.autorelabel is there"
