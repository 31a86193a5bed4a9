"""cli_archive: real archives into a folder, and archives that are refused without a trace; platform_info: which build runs on which host."""

import hashlib
import importlib
import io
import os
import sys
import tarfile

import pytest
from run_case import module_environment, run_module

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
platform_info = importlib.import_module('ansible_collections.lib_users.host.plugins.modules.platform_info')

PROGRAM = b'#!/bin/sh\necho lib-users %s\n'
TOP = 'lib-users-%s-linux-x64'


def member(name, mode=0o644, **more):
    info = tarfile.TarInfo(name)
    info.mode = mode
    for key, value in more.items():
        setattr(info, key, value)
    return info


def pack(path, version, extra=(), program=None):
    """Writes an archive -> the options that install it."""
    top = TOP % version
    content = PROGRAM % version.encode('ascii') if program is None else program
    members = [(member(top, 0o700, type=tarfile.DIRTYPE), b''), (member(top + '/lib-users', 0o4777), content)]
    with tarfile.open(str(path), 'w:xz') as archive:
        for info, data in members + list(extra):
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return {'version': version, 'src': str(path), 'sha256': hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.fixture
def archive(tmp_path):
    """Runs the module below a folder -> its result."""
    def run(options, **flags):
        return run_module('cli_archive', dict({'prefix': str(tmp_path / 'opt')}, **options), module_environment(), **flags)
    return run


def tree(folder):
    if not os.path.isdir(str(folder)):
        return None
    return sorted(
        os.path.relpath(os.path.join(parent, name), str(folder))
        for parent, folders, files in os.walk(str(folder)) for name in folders + files
    )


def test_installs_upgrades_and_removes(tmp_path, archive):
    first = archive(pack(tmp_path / 'a', '1.0.0', [
        (member(TOP % '1.0.0' + '/man', type=tarfile.DIRTYPE), b''),
        (member(TOP % '1.0.0' + '/man/lib-users.1', 0o600), b'page'),
        (member(TOP % '1.0.0' + '/lib_users', type=tarfile.SYMTYPE, linkname='lib-users'), b''),
    ]))
    assert (first['changed'], first['version'], first['previous'], first['removed']) == (True, '1.0.0', None, [])
    assert first['diff'] == {'before': {'current': None}, 'after': {'current': '1.0.0'}}
    assert tree(tmp_path / 'opt') == ['1.0.0', '1.0.0/.version-1.0.0', '1.0.0/lib-users', '1.0.0/lib_users',
                                      '1.0.0/man', '1.0.0/man/lib-users.1', 'current']
    modes = {name: os.stat(str(tmp_path / 'opt' / name)).st_mode & 0o7777 for name in ('', '1.0.0/lib-users', '1.0.0/man/lib-users.1')}
    assert modes == {'': 0o755, '1.0.0/lib-users': 0o755, '1.0.0/man/lib-users.1': 0o644}

    again = archive({'version': '1.0.0'})
    assert again['changed'] is False

    link = tmp_path / 'lib-users'
    options = dict(pack(tmp_path / 'b', '2.0.0'), keep=0, links=[str(link)])
    dry = archive(options, check_mode=True)
    assert (dry['changed'], dry['removed'], os.readlink(str(tmp_path / 'opt/current'))) == (True, ['1.0.0'], '1.0.0')
    second = archive(options)
    assert (second['previous'], second['removed'], os.readlink(str(link))) == ('1.0.0', ['1.0.0'], second['executable'])
    assert tree(tmp_path / 'opt') == ['2.0.0', '2.0.0/.version-2.0.0', '2.0.0/lib-users', 'current']

    (tmp_path / 'opt' / 'kept').write_text(u'of somebody else')
    gone = archive({'state': 'absent', 'links': [str(link)]})
    assert (gone['changed'], gone['version'], gone['removed']) == (True, None, ['2.0.0'])
    assert (tree(tmp_path / 'opt'), link.is_symlink()) == (['kept'], False)
    assert archive({'state': 'absent', 'links': [str(link)]})['changed'] is False


def test_what_a_killed_run_left_is_removed(tmp_path, archive):
    (tmp_path / 'opt' / '.unfinished-x').mkdir(parents=True)
    archive(pack(tmp_path / 'a', '1.0.0'))
    assert tree(tmp_path / 'opt') == ['1.0.0', '1.0.0/.version-1.0.0', '1.0.0/lib-users', 'current']


TOP_1 = TOP % '1.0.0'


@pytest.mark.parametrize('options, texts', [
    ({'sha256': 'a' * 64}, ['has the SHA-256', 'and not ' + 'a' * 64]),
    ({'sha256': None}, ['src and sha256 are needed']),
    ({'version': '2.0.0'}, ['is not of lib-users 2.0.0']),
    ({'version': '../1.0.0'}, ["'../1.0.0' is no version"]),
    ({'src': '/no/such'}, ['could not be installed below', 'No such file']),
    ({'prefix': '/proc/lib-users'}, ['could not be installed below /proc/lib-users']),
], ids=['digest', 'no digest', 'another version', 'no version', 'no archive', 'unwritable'])
def test_refused(options, texts, tmp_path, archive):
    given = {key: value for key, value in dict(pack(tmp_path / 'a', '1.0.0'), **options).items() if value is not None}
    refused(archive(given), texts, tmp_path)


@pytest.mark.parametrize('extra, program, texts', [
    ([(member(TOP_1 + '/../../x'), b'')], None, ['leads out of its folder']),
    ([(member('/etc/x'), b'')], None, ['is not of lib-users 1.0.0']),
    ([(member(TOP_1 + '/x', type=tarfile.SYMTYPE, linkname='/etc'), b'')], None, ['is a link to /etc']),
    ([(member(TOP_1 + '/x', type=tarfile.SYMTYPE, linkname='..'), b'')], None, ['is a link to ..']),
    ([(member(TOP_1 + '/x', type=tarfile.SYMTYPE, linkname='.'), b'')], None, ['is a link to .']),
    ([(member(TOP_1 + '/d', type=tarfile.DIRTYPE), b''), (member(TOP_1 + '/x', type=tarfile.SYMTYPE, linkname='d'), b''),
      (member(TOP_1 + '/x/y'), b'below')], None, ['lies below a link']),
    ([(member(TOP_1 + '/x', type=tarfile.LNKTYPE, linkname=TOP_1 + '/lib-users'), b'')], None, ['neither a file']),
    ([(member(TOP_1 + '/x', type=tarfile.FIFOTYPE), b'')], None, ['neither a file']),
    ([(member(TOP_1 + '/x', type=tarfile.SYMTYPE, linkname='y'), b''), (member(TOP_1 + '/x'), b'over')], None, ['File exists']),
    ([], b'\x7fELF\x02\x01\x01' + bytes(64), ['another architecture']),
    ([], b'#!/bin/sh\nexit 127\n', ['exit code 127', 'another libc']),
    ([], b'#!/bin/sh\necho lib-users 0.9.0\n', ["says that it is 'lib-users 0.9.0'"]),
], ids=['parent', 'absolute', 'link out', 'link to the folder above', 'link to its folder', 'below a link', 'hard link', 'fifo', 'twice', 'architecture', 'libc', 'another version'])
def test_refused_archive(extra, program, texts, tmp_path, archive):
    refused(archive(pack(tmp_path / 'a', '1.0.0', extra, program)), texts, tmp_path)


def test_refused_no_archive(tmp_path, archive):
    whole = pack(tmp_path / 'a', '1.0.0', program=os.urandom(200000))
    packed = (tmp_path / 'a').read_bytes()
    for content in (packed[:100000], packed[:100000] + bytes(100000), b'', b'not xz'):
        (tmp_path / 'a').write_bytes(content)
        refused(archive(dict(whole, sha256=hashlib.sha256(content).hexdigest())), ['is no whole .tar.xz'], tmp_path)


def refused(result, texts, tmp_path):
    assert result.get('failed'), result
    for text in texts:
        assert text in result['msg']
    assert tree(tmp_path / 'opt') in (None, [])


def test_foreign_names_are_not_replaced(tmp_path, archive):
    options = pack(tmp_path / 'a', '1.0.0')
    (tmp_path / 'lib-users').write_text(u'of npm')
    result = archive(dict(options, links=[str(tmp_path / 'lib-users')]))
    assert 'move it away' in result['msg']
    (tmp_path / 'opt' / 'current').mkdir(parents=True)
    assert 'is no symbolic link' in archive(options)['msg']
    assert 'its folder is not there' in archive(dict(options, links=['/no/such/lib-users'], prefix=str(tmp_path / 'p')))['msg']


@pytest.mark.parametrize('machine, bits, libc, glibc, libraries, lzma, said', [
    ('x86_64', 64, 'glibc', '2.36', [], True, None),
    ('aarch64', 64, 'glibc', '2.17', [], True, None),
    ('x86_64', 64, 'musl', None, [], True, None),
    ('riscv64', 64, 'glibc', '2.36', [], True, 'this host is riscv64'),
    ('armv7l', 32, 'glibc', '2.36', [], True, 'this host is armv7l'),
    ('aarch64', 32, 'glibc', '2.36', [], True, 'userland is of 32 bits'),
    ('x86_64', 64, None, None, [], True, 'neither glibc nor musl'),
    ('x86_64', 64, 'glibc', '2.12', [], True, 'glibc 2.12 is older than 2.17'),
    ('x86_64', 64, 'musl', None, ['libstdc++.so.6'], True, 'install libstdc++ on Alpine'),
    ('x86_64', 64, 'glibc', '2.36', [], False, 'without lzma'),
])
def test_platforms(machine, bits, libc, glibc, libraries, lzma, said):
    problems = platform_info.find_problems(machine, bits, libc, glibc, libraries, '/usr/local', lzma)
    assert len(problems) == (0 if said is None else 1), problems
    assert said is None or said in problems[0]


def test_this_platform():
    result = run_module('platform_info', {}, module_environment())
    assert (result['machine'], result['changed']) == (os.uname().machine, False)
    suffix = '-musl' if result['libc'] == 'musl' else ''
    assert result['architecture'] == platform_info.ARCHITECTURES[os.uname().machine] + suffix
    assert (result['libc'] == 'glibc') == (result['glibc'] is not None)
