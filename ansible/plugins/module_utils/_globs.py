# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""Globs over the names of systemd units, as the CLI reads them: *, ?, [...] and [!...] over the whole name. The grammar of
unit names is that of systemd.unit(5). A glob that can match no unit name is an error, because it would do nothing."""

import difflib
import re

UNIT_TYPES = ('service', 'socket', 'target', 'device', 'mount', 'automount', 'swap', 'timer', 'path', 'slice', 'scope')
LONGEST = 255
PREFIX = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:_.\\-'
CHARACTERS = PREFIX + '@'

# The states of a reader of unit names: before @ or the type, right after @, in the instance, and TYPE + what was read of it.
START, IN_PREFIX, AFTER_AT, IN_INSTANCE, TYPE = 'start', 'prefix', 'at', 'instance', 'type:'


def parse_glob(pattern):
    """A glob -> its tokens: '*', '?', or a tuple of the characters that one character of the name may be."""
    tokens = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        close = pattern.find(']', at + (3 if pattern[at + 1:at + 2] == '!' else 2)) if character == '[' else -1
        if close > 0:
            tokens.append(characters_of(pattern[at + 1:close]))
            at = close + 1
            continue
        if character == '*':
            if tokens[-1:] != ['*']:
                tokens.append('*')
        else:
            tokens.append('?' if character == '?' else (character,))
        at += 1
    return tokens


def characters_of(inside):
    """The inside of [...] -> those characters of unit names that it stands for."""
    negated = inside.startswith('!')
    body = inside[1:] if negated else inside
    ranges = []
    at = 0
    while at < len(body):
        is_range = body[at + 1:at + 2] == '-' and at + 2 < len(body)
        ranges.append((body[at], body[at + 2] if is_range else body[at]))
        at += 3 if is_range else 1
    return tuple(c for c in CHARACTERS if any(first <= c <= last for first, last in ranges) != negated)


def matches(pattern, name):
    """Whether a glob matches a whole unit name. Only the last * is ever retried, so that no glob can make it slow."""
    tokens = parse_glob(pattern)
    token_at = name_at = 0
    star_at, star_name = None, 0
    while name_at < len(name):
        token = tokens[token_at] if token_at < len(tokens) else None
        if token == '*':
            star_at, star_name = token_at, name_at
            token_at += 1
        elif token == '?' or (token is not None and name[name_at] in token):
            token_at += 1
            name_at += 1
        elif star_at is not None:
            star_name += 1
            token_at, name_at = star_at + 1, star_name
        else:
            return False
    return all(token == '*' for token in tokens[token_at:])


def advance(state, character):
    """The states after one more character: a dot may belong to the name or begin the type."""
    if state.startswith(TYPE):
        read = state[len(TYPE):] + character
        return [TYPE + read] if any(kind.startswith(read) for kind in UNIT_TYPES) else []
    after = []
    if character == '@' and state == IN_PREFIX:
        after.append(AFTER_AT)
    if state in (AFTER_AT, IN_INSTANCE):
        after.append(IN_INSTANCE)
    elif character != '@':
        after.append(IN_PREFIX)
    if character == '.' and state in (IN_PREFIX, IN_INSTANCE):
        after.append(TYPE)
    return after


def can_match(pattern):
    """Whether any unit that can run has a name that the glob matches: glob and grammar are walked together."""
    tokens = parse_glob(pattern)
    if len([token for token in tokens if token != '*']) > LONGEST:
        return False
    final = [TYPE + kind for kind in UNIT_TYPES]
    seen = set()
    places = {(0, START)}
    while places:
        reached = set()
        for at, state in places:
            for index in (at, at + 1) if tokens[at:at + 1] == ['*'] else (at,):
                if (index, state) in seen:
                    continue
                seen.add((index, state))
                if index == len(tokens):
                    if state in final:
                        return True
                    continue
                token = tokens[index]
                after = index if token == '*' else index + 1
                for character in token if isinstance(token, tuple) else CHARACTERS:
                    if character in CHARACTERS:
                        reached.update((after, next_state) for next_state in advance(state, character))
        places = reached
    return False


def glob_problem(pattern):
    """Why a glob over unit names can match none, with the likely meaning; None if it can match one."""
    if not isinstance(pattern, str):
        return '%r is no text' % (pattern,)
    if pattern == '':
        return 'an empty glob matches nothing'
    if can_match(pattern):
        return None
    return 'it can match no unit name: %s' % suggestion(pattern)


def suggestion(pattern):
    """The hint of the CLI, word for word: a test compares them."""
    glob = pattern.strip()
    parts = [part for part in re.split(r'[\s,]+', glob) if part]
    if len(parts) > 1 and all(can_match(part) for part in parts):
        return 'give each by itself: %s' % ' and '.join(parts)
    stem, dot, kind = glob.rpartition('.')
    near = difflib.get_close_matches(kind.lower(), UNIT_TYPES, 1) if dot else []
    guesses = [glob] + ['%s.%s' % (stem, each) for each in near]
    guesses += ['%s.scope' % glob] if re.match('session-|init$', glob) else []
    guesses += [re.sub(r'@(\.[a-z]+)?$', lambda found: '@*' + (found.group(1) or '.service'), glob), glob + '.service']
    meant = [guess for guess in guesses if guess and can_match(guess)]
    if meant:
        return 'did you mean %s?' % meant[0]
    return 'as in nginx.service, nginx* or postgresql@*.service'


def glob_problems(variables):
    """Variables and their lists of globs -> one sentence for each glob that can match no unit name."""
    problems = []
    for variable in sorted(variables):
        globs = variables[variable] or []
        if isinstance(globs, str):
            problems.append('%s: "%s" is a text and no list of globs' % (variable, globs))
            continue
        for glob in globs:
            problem = glob_problem(glob)
            if problem is not None:
                problems.append('%s: "%s": %s' % (variable, glob, problem))
    return problems


def any_matches(globs, name):
    return name is not None and any(matches(glob, name) for glob in globs or [])
