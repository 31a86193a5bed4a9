"""A process that its user keeps from being looked at, by the real CLI and the real Ansible on this host: the modules and the role
that patch go on and name the user, and the gate stays shut."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest
from plays import REPO, play

UID = 4711
SUPPORT = os.path.join(REPO, 'test', 'support')


def can_block():
    return os.geteuid() == 0 and os.path.exists('/dev/fuse') and subprocess.call(['unshare', '--mount', 'true']) == 0


@pytest.fixture
def blocker():
    """The pid of a process of an ordinary user whose exec waits for a file system that does not answer. It ends within a minute."""
    if not can_block():
        pytest.skip('wants root and /dev/fuse')
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    device, control = os.path.join(folder, 'fuse'), os.path.join(folder, 'connections')
    for name in ('blocker.py', 'fuse_files.py'):
        shutil.copy(os.path.join(SUPPORT, name), folder)
    subprocess.check_call(['mknod', '-m', '666', device, 'c', '10', '229'])
    os.mkdir(control)
    subprocess.check_call(['mount', '-t', 'fusectl', 'none', control])
    process = subprocess.Popen(
        [shutil.which('python3', path='/usr/bin') or sys.executable, os.path.join(folder, 'blocker.py'), 'exec', device],
        cwd='/', stdout=subprocess.PIPE, start_new_session=True, preexec_fn=lambda: (os.setgroups([]), os.setgid(UID), os.setuid(UID)),
    )
    connection = process.stdout.readline().decode().strip()
    try:
        yield process.pid
    finally:
        try:
            with open(os.path.join(control, connection, 'abort'), 'w') as stream:
                stream.write('1')
        except OSError:
            pass
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        subprocess.call(['umount', '-l', control])
        shutil.rmtree(folder, ignore_errors=True)


def seen_without(executable):
    """Whether everything else on this host can be looked at."""
    scan = json.loads(subprocess.check_output([executable, 'scan', '--format', 'json', '--quiet']))['scan']
    return scan['complete']


def test_a_users_process_that_cannot_be_looked_at(executable, tmp_path, request):
    if not seen_without(executable):
        pytest.skip('not everything on this host can be looked at')
    pid = request.getfixturevalue('blocker')
    kept = tmp_path / 'results.json'
    cases = {
        'report': ('report_info', {}), 'report_strict': ('report_info', {'allow_unseen_users': False}),
        'plan': ('plan_info', {}), 'plan_strict': ('plan_info', {'allow_unseen_users': False}),
        'gate': ('drift_info', {'fail_on': 'never'}), 'gate_open': ('drift_info', {'fail_on': 'never', 'allow_unseen_users': True}),
    }
    tasks = [
        {'lib_users.host.' + module: dict(options, executable=executable), 'register': name, 'ignore_errors': True}
        for name, (module, options) in cases.items()
    ]
    everything = '{{ {%s} | to_json }}' % ', '.join('"%s": %s' % (name, name) for name in cases)
    process = play(tmp_path / 'play.yml', tasks=tasks + [{'ansible.builtin.copy': {'content': everything, 'dest': str(kept)}}])
    results = json.loads(kept.read_text(encoding='utf-8'))
    failed = {name for name, result in results.items() if result.get('failed')}
    assert failed == {'report_strict', 'plan_strict', 'gate'}, process.stdout
    for name in ('report', 'plan', 'gate_open'):
        owner, = results[name]['unseen_users']
        assert (owner['user']['uid'], owner['kind'], owner['blocked']) == (UID, 'user', 1), name
        assert any(str(pid) in warning for warning in results[name]['warnings']), name
    assert results['plan']['complete'] is True
    assert results['gate']['verdict'] == 'incomplete'
    assert results['gate_open']['verdict'] == 'pass'
    assert 'Not everything on this host could be seen' in results['gate']['msg']
