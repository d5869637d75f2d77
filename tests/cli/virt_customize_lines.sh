#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Command lines written from virt-customize(1) are understood as they are: what fails is the image,
# which is missing, and nothing before it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

cd "$dir"
printf '#!/bin/sh\n' >script.sh
printf 'correct horse\n' >rootpw
printf 'ssh-ed25519 AAAAC3NzaC1lZDI1 me\n' >key.pub
printf 'text\n' >site.conf
mkdir tree
tar -cf files.tar site.conf
printf '%s\n' '# what to do' 'delete /some/file' '' 'password some-user:password:its-new-password' \
  "edit /some/file:\\" '  s/^OPT=.*/OPT=ok/' >commands

# ports OPTION...: virt-customize's operation options, the image named its way.
count=0
ports() {
  expect_status 3 forge customize -o new.qcow2 -a missing.img "$@"
  expect_err 'missing.img: No such file'
  count=$((count + 1))
}

ports --append-line '/etc/hosts:10.0.0.1 foo'
ports --append-line '/etc/hosts:10.0.0.1 foo' --append-line '/etc/hosts:10.0.0.2 bar'
ports --append-line '/etc/hosts:' --append-line '/etc/hosts:10.0.0.1 foo'
ports --chmod 0700:/root/private --chown 1000:100:/srv/data
ports --commands-from-file commands
ports --copy /etc/skel:/srv/skel --move /etc/motd:/etc/motd.orig
ports --copy-in tree:/srv --upload site.conf:/etc/nginx/conf.d/
ports --delete '/var/log/*.log' --scrub /root/secret
ports --edit '/etc/dnf/dnf.conf:
            s/gpgcheck=1/gpgcheck=0/'
ports --edit '/etc/sysconfig/keyboard: s/^KEYTABLE=.*/KEYTABLE="uk"/'
ports --hostname virt.example.com --timezone Europe/London
ports --link /opt/tool/bin/tool:/usr/local/bin/tool:/usr/bin/tool
ports --smp 2 -m 1024 --no-network -q --format raw --touch /etc/x
ports --network --install 'inkscape,@Xfce Desktop' --uninstall nano,vim
ports --mkdir /srv/a/b --touch /srv/a/b/c --write '/etc/issue:Hello: \n \l'
ports --password some-user:file:rootpw --root-password locked:disabled
ports --root-password password:123456 --password user:locked:random
ports --run script.sh --run-command 'locale-gen; update-locale'
ports --ssh-inject root:file:key.pub --ssh-inject 'user:string:ssh-rsa AAAAB3NzaC1yc2E user@localhost'
ports --tar-in files.tar:/srv
ports --truncate /var/log/wtmp --truncate-recursive /var/log
echo "$count command lines"
[[ ! -e new.qcow2 ]] || fail "there is an output"

# One image, named one way.
expect_status 2 forge customize -o new.qcow2 -a one.img -a two.img
expect_err 'one image at a time'
expect_status 2 forge customize -o new.qcow2 -a one.img two.img
expect_err 'two images are named'
expect_status 2 forge build -a one.img two.img "${signing[@]}"
expect_err 'two images are named'
expect_status 3 forge build -a missing.img "${signing[@]}" -d "$dir/bundle"
expect_err 'missing.img: No such file'

# The list says what there is, for people and for machines.
expect_status 0 forge customize --list
expect_out $'^tar-in ARCHIVE:REMOTEDIR\tUnpack '
lines=$(wc -l <"$dir/out")
expect_status 0 forge customize --list --json
json "len(it) == $lines and [o['operation'] for o in it] == sorted(o['operation'] for o in it)"
json "{o['operation']: o for o in it}['copy'] == {'operation': 'copy', 'value': 'SOURCE:DEST',
  'help': 'Copy files and directory trees within the guest', 'runs_guest': False, 'needs_network': False}"
expect_status 2 forge customize --json -o new.qcow2 one.img
expect_err 'goes with --list'
