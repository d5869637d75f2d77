# SPDX-License-Identifier: Apache-2.0
# Makes C strings of a text's lines, for a C source to include; drops the first line, its licence.
1d
s/[\\"]/\\&/g
s/.*/"&\\n"/
