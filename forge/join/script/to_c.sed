# SPDX-License-Identifier: Apache-2.0
# Makes C strings of a text's lines, for a C source to include; drops what is for the file alone.
1,2d
s/[\\"]/\\&/g
s/.*/"&\\n"/
