#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Golden bundles are read and their manifests signed again on hosts whose OpenSSL forbids it all.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
golden A > /dev/null

cat > "$dir/no-sha1.cnf" << 'EOF'
openssl_conf = init
[init]
alg_section = evp
ssl_conf = ssl
[evp]
rh-allow-sha1-signatures = no
[ssl]
system_default = tls
[tls]
CipherString = DEFAULT@SECLEVEL=5
EOF
cat > "$dir/no-algorithms.cnf" << 'EOF'
openssl_conf = init
[init]
providers = list
[list]
base = base
[base]
activate = 1
EOF
cat > "$dir/fips-only.cnf" << 'EOF'
openssl_conf = init
[init]
alg_section = evp
[evp]
default_properties = fips=yes
EOF
echo '[[[ no configuration at all' > "$dir/broken.cnf"

for policy in "$dir"/*.cnf /nowhere/openssl.cnf; do
  for program in golden_manifests golden_bundles; do
    echo "$program under $(basename "$policy")"
    OPENSSL_CONF=$policy "$FORGE_BUILD/tests/format_test_$program"
  done
done
