#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds one sanitizer preset and runs the parts of the suite that a sanitizer can follow.
#
#   tests/sanitized.sh asan|tsan
set -euo pipefail

preset=$1
jobs=$(nproc)
cd "$FORGE_SOURCE"
# ctest tells its children that they run in a test; a nested one must not think so.
unset CTEST_INTERACTIVE_DEBUG_MODE
cmake --preset "$preset"
cmake --build --preset "$preset" -j "$jobs"
ctest --test-dir "build/$preset" --output-on-failure -j "$jobs" -L 'unit|format|fuzz'
