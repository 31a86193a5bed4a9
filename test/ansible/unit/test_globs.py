"""Globs over unit names: what they match, and which can match none."""

import fnmatch
import importlib
import itertools
import os
import sys

import pytest

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
globs = importlib.import_module('ansible_collections.lib_users.host.plugins.module_utils._globs')

USABLE = [
    '*', 'nginx*', '*.service', 'nginx.service', 'postgresql@*.service', '*@*', 'n?inx.service', '[!a]*.service', '*ice',
    '[n]ginx.service', r'demo@x\x2dy.service', '-.mount', 'session-*.scope', 'a.b.service', '*[e]', 'nginx.s*', '?.service',
    'user@1000.service', 'x@?.timer',
]
USELESS = {
    'nginx': 'did you mean nginx.service?',
    'nginx.servce': 'did you mean nginx.service?',
    ' nginx.service': 'did you mean nginx.service?',
    'postgresql@': 'did you mean postgresql@*.service?',
    'postgresql@.service': 'did you mean postgresql@*.service?',
    'session-5': 'did you mean session-5.scope?',
    'nginx.service, redis.service': 'give each by itself: nginx.service and redis.service',
    'my app.service': 'as in nginx.service',
    '@x.service': 'as in nginx.service',
    '/usr/sbin/nginx': 'as in nginx.service',
    '[ ].service': 'as in nginx.service',
    'a' * 300 + '.service': 'as in nginx.service',
    '': 'an empty glob matches nothing',
    'nginx?': 'did you mean nginx?.service?',
}


@pytest.mark.parametrize('glob', USABLE)
def test_usable(glob):
    assert globs.glob_problem(glob) is None


@pytest.mark.parametrize('glob', sorted(USELESS))
def test_useless(glob):
    assert USELESS[glob] in globs.glob_problem(glob)


def test_no_text():
    assert globs.glob_problem(7) == '7 is no text'
    assert globs.glob_problems({'restart_never': 'nginx*'}) == ['restart_never: "nginx*" is a text and no list of globs']
    assert globs.glob_problems({'a': ['x.service', 'y'], 'b': None}) == [
        'a: "y": it can match no unit name: did you mean y.service?'
    ]


def test_matches_as_pythons_own():
    """Both have fnmatch(3)'s meaning. The names are of the characters of unit names."""
    patterns = [''.join(parts) for parts in itertools.product(['a', '*', '?', '[ab]', '[!a]', '[a-b]', '', '['], repeat=3)]
    names = [''.join(parts) for length in range(4) for parts in itertools.product('ab-', repeat=length)]
    for pattern in patterns:
        for name in names:
            assert globs.matches(pattern, name) == fnmatch.fnmatchcase(name, pattern), (pattern, name)


def test_long_patterns_take_no_time():
    assert globs.glob_problem('*a' * 120) is not None
    assert not globs.matches('*a' * 20 + 'b', 'a' * 60)
