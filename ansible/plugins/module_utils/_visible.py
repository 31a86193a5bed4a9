# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""Text from a host -> text that cannot drive a terminal, break a line or hide something: each control, bidi or invisible
character becomes an escape that can be seen. The rules are those of the command line's own texts (src/render/sanitize.ts). The
raw text stays in the results, for programs."""

import unicodedata

# Characters that show as nothing although their category is that of letters, marks or symbols (Default_Ignorable_Code_Point).
INVISIBLE = (
    (0x034f, 0x034f), (0x115f, 0x1160), (0x17b4, 0x17b5), (0x180b, 0x180f), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xfe00, 0xfe0f), (0xffa0, 0xffa0), (0xe0100, 0xe01ef),
)
NAMED = {'\n': '\\n', '\r': '\\r', '\t': '\\t'}


def visible(text):
    """One line."""
    return ''.join(character if is_plain(character) else escape(character) for character in text)


def visible_lines(text):
    """The same for each line of a text that has several, as a journal has."""
    return '\n'.join(visible(line) for line in text.split('\n'))


def is_plain(character):
    if ' ' <= character <= '~':
        return True
    return unicodedata.category(character)[0] not in 'CZ' and not any(low <= ord(character) <= high for low, high in INVISIBLE)


def escape(character):
    code = ord(character)
    return NAMED.get(character) or ('\\x%02x' % code if code < 0x80 else '\\u{%x}' % code)
