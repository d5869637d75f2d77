#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The schema is one, takes the recipes that check takes, and refuses what check refuses for its form.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires python3

expect_status 0 forge recipe schema
cp "$dir/out" "$dir/schema.json"
expect_status 2 forge recipe schema "$dir/web.yaml"

# validate good|bad FILE...: fail unless the schema takes all of them, or none. Scalars are those of
# YAML 1.2's core.
cat >"$dir/validate" <<'PYTHON'
import json, re, sys, yaml
from jsonschema import Draft202012Validator as Validator

class Core(yaml.SafeLoader):
    yaml_implicit_resolvers = {}
Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))

schema = json.load(open(sys.argv[1]))
Validator.check_schema(schema)
for path in sys.argv[3:]:
    errors = list(Validator(schema).iter_errors(yaml.load(open(path), Core)))
    if errors and sys.argv[2] == "good":
        sys.exit(f"{path}: {errors[0].json_path}: {errors[0].message}")
    if not errors and sys.argv[2] == "bad":
        sys.exit(f"taken: {open(path).read()}")
PYTHON
python3 -c 'import jsonschema, yaml' || lacks "python3-jsonschema or python3-yaml is not installed"
validate() { python3 "$dir/validate" "$dir/schema.json" "$@"; }

forge recipe init >"$dir/starter.yaml"
cat >"$dir/forms.yaml" <<'RECIPE'
image: {path: base.raw, format: ${{format}}}
vars: {format: raw, count: 3, empty: }
import: [starter.yaml]
memsize: 1024
network: true
steps:
  - hostname: 12
  - chmod: {mode: 0755, path: /etc}
  - chmod: 0755:/etc
  - mkdir: /srv
  - mkdir: {dir: /srv, owner: www-data}
  - write: {file: /a, content: ''}
  - write: /${{format}}:x
  - install: curl
  - install: [curl, 7zip]
disk: {size: +1G, layout: gpt, exclude: ['/a', '/b'], reserved: "5"}
bundle:
  user: 012345678901
  part-size: 1M
  productcodes: [a, b]
  level: fast
RECIPE
sed -i 's/${{format}}}/"${{format}}"}/' "$dir/forms.yaml" # quotes, in flow style
good=("$FORGE_SOURCE"/fixtures/recipes/*.yaml "$dir/starter.yaml" "$dir/forms.yaml")
validate good "${good[@]}"
for recipe in "${good[@]}"; do
  expect_status 0 forge recipe check "$recipe"
done

mkdir "$dir/bad"
count=0
while IFS= read -r line; do
  count=$((count + 1))
  echo "$line" >"$dir/bad/$count.yaml"
  expect_status 2 forge recipe check "$dir/bad/$count.yaml"
done <<'RECIPES'
[a]
imag: x
image: [a]
image: {format: raw}
image: {path: x, fromat: raw}
image: {path: x, format: vmdk}
network: perhaps
network:
memsize: 1
memsize: many
memsize: [512, 768]
tmpdir: []
image: {path: x, format: [raw, qcow2]}
accel: fast
steps: {hostname: web}
steps: [hostnam: web]
steps: [hostname]
steps: [hostname: ]
steps: [hostname: [a]]
steps: [{hostname: a, touch: /b}]
steps: [write: {file: /a}]
steps: [write: {file: /a, contents: b}]
steps: [write: {file: [a], content: b}]
steps: [write: {file: /a, content: b, mode: "0999"}]
steps: [chmod: {mode: 1, path: /a, owner: b}]
steps: [edit: /etc/motd]
steps: [install: []]
steps: [install: {a: b}]
disk: [a]
disk: {layuot: gpt}
disk: {reserved: 99}
bundle: yes
bundle: {usr: 1}
bundle: {part-size: big}
bundle: {part-size: 1}
bundle: {threads: 0}
bundle: {image-type: disk}
vars: [a]
vars: {9a: a}
vars: {a: [b]}
vars: {a: {path: b}}
import: {a: b}
RECIPES
validate bad "$dir"/bad/*.yaml
