"""The roles and playbooks as far as they need no host of their own; test/guest runs them on booted ones."""

import hashlib
import json
import os
import re
import stat
import subprocess
import tarfile

from plays import REPO, ansible_playbook, play

PLAYBOOKS = sorted(name[:-4] for name in os.listdir(os.path.join(REPO, 'ansible', 'playbooks')))
ROLES = sorted(os.listdir(os.path.join(REPO, 'ansible', 'roles')))
READMES = ['ansible/README.md'] + ['ansible/roles/%s/README.md' % name for name in ROLES]


def plays_of(readme):
    with open(os.path.join(REPO, readme), encoding='utf-8') as stream:
        return [part.split('```')[0] for part in stream.read().split('```yaml\n')[1:]]


def test_syntax_of_every_play(tmp_path):
    """The plays of the READMEs, the playbooks, and a play that has every role, in one run, whose errors name the file."""
    files = []
    for readme in READMES:
        for number, text in enumerate(plays_of(readme)):
            files.append(tmp_path / ('%s-%d.yml' % (readme.replace('/', '-'), number)))
            files[-1].write_text(text)
    assert len(files) >= 7
    files.append(tmp_path / 'roles.yml')
    files[-1].write_text(json.dumps([{'hosts': 'all', 'roles': ['lib_users.host.' + name for name in ROLES]}]))
    process = ansible_playbook('--syntax-check', *files + ['lib_users.host.' + name for name in PLAYBOOKS])
    assert process.returncode == 0, process.stdout


def package_version():
    with open(os.path.join(REPO, 'package.json'), encoding='utf-8') as stream:
        return json.load(stream)['version']


def test_install_and_remove(executable, tmp_path):
    name = 'lib-users-%s-linux-%s' % (package_version(), {'aarch64': 'arm64'}.get(os.uname().machine, 'x64'))
    archive = tmp_path / (name + '.tar.xz')
    with tarfile.open(str(archive), 'w:xz') as tar:
        tar.add(executable, name + '/lib-users')
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (tmp_path / 'SHA256SUMS').write_text('%s  %s\n' % (digest, archive.name))
    # Beside the playbook; the version is the role's own default.
    variables = {'install_artifacts': '.', 'install_prefix': str(tmp_path / 'opt')}

    def run(*flags, **more):
        role = dict({'role': 'lib_users.host.install'}, **dict(variables, **more))
        process = play(tmp_path / 'play.yml', *flags, roles=[role])
        assert process.returncode == 0, process.stdout
        return 'changed=0' not in process.stdout

    assert run('--check', '--diff')
    assert not (tmp_path / 'opt').exists()
    assert run()
    installed = tmp_path / 'opt' / 'current' / 'lib-users'
    assert stat.S_IMODE(installed.stat().st_mode) == 0o755
    assert not run()
    assert run(install_state='absent')
    assert not (tmp_path / 'opt').exists()


def test_restart_in_check_mode(tmp_path):
    """The role with a made-up plan, on this host. The command line gives only text, and the text false must not count as true."""
    plan = os.path.join(REPO, 'test', 'fixtures', 'documents', 'plan.json')
    stub = tmp_path / 'lib-users'
    # One line, as the CLI prints it.
    stub.write_text('#!/bin/sh\nexec tr "\\n" " " <%s\n' % plan)
    stub.chmod(0o755)
    defaults = {'group/lib_users.host.all': {'executable': str(stub)}}
    results = {'ansible.builtin.debug': {'msg': 'clean: {{ lib_users_clean }}, {{ lib_users_left | map(attribute="unit") | join(" ") }}'}}

    def run(*flags):
        role = {'role': 'lib_users.host.restart'}
        flags = ('--check',) + flags
        process = play(tmp_path / 'play.yml', *flags, roles=[role], post_tasks=[results], module_defaults=defaults)
        assert process.returncode == 0, process.stdout
        assert '[WARNING]' not in process.stdout
        left = re.search(r'clean: \w*, ([^"]*)', process.stdout)
        return re.findall(r'(?:try-restart|try-reload-or-restart) -- (\S+),', process.stdout), left.group(1).split()

    shown, left = run()
    assert shown == ['cron.service', 'nginx.service', 'app.service']
    assert 'app.service' not in left and 'dbus.service' in left
    shown, left = run('-e', 'restart_user_services=false', '-e', 'restart_verify=false', '-e', 'restart_keep_going=true')
    assert shown == ['cron.service', 'nginx.service']
    assert 'app.service' in left


# The ids that each service of the worked example would close. Of app.service nothing is known.
CLOSED = {'cron.service': [], 'nginx.service': ['CVE-2026-34182', 'CVE-2026-28390'], 'dbus.service': ['CVE-2026-34182']}


def plan_with_fixes(closed):
    with open(os.path.join(REPO, 'test', 'fixtures', 'documents', 'plan.json'), encoding='utf-8') as stream:
        plan = json.load(stream)
    for action in plan['actions']:
        cves = closed.get(action['unit'])
        action['fixes'] = None if cves is None else {'count': len(cves), 'cves': cves, 'complete': True, 'packages': []}
    return plan


def play_of_cookbook(name):
    with open(os.path.join(REPO, 'docs', 'cookbook.md'), encoding='utf-8') as stream:
        return re.search('```yaml file=%s\n(.*?)```' % re.escape(name), stream.read(), re.DOTALL).group(1)


def test_after_a_security_night(tmp_path):
    """The cookbook's play, as it stands there, on this host: a made-up plan says what closes something."""
    def write_plan(closed):
        (tmp_path / 'plan.json').write_text(json.dumps(plan_with_fixes(closed)))

    write_plan(CLOSED)
    stub = tmp_path / 'lib-users'
    stub.write_text('#!/bin/sh\ncase "$*" in *--fixes*) exec cat %s/plan.json ;; esac\nexit 3\n' % tmp_path)
    stub.chmod(0o755)
    playbook = tmp_path / 'security-night.yml'
    playbook.write_text(play_of_cookbook(playbook.name))

    def run(*flags, **variables):
        settings = dict(variables, ansible_connection='local', ansible_become=False)
        environment = dict(os.environ, PATH='%s:%s' % (tmp_path, os.environ['PATH']))
        process = ansible_playbook(playbook, '--check', '-e', json.dumps(settings), *flags, environment=environment)
        assert process.returncode == 0, process.stdout
        assert '[WARNING]' not in process.stdout
        unknown = re.search(r'"unknown": \[(.*?)\]', process.stdout, re.DOTALL).group(1)
        return process.stdout, re.findall(r'try-restart -- (\S+),', process.stdout), unknown

    printed, restarted, unknown = run()
    assert restarted == ['nginx.service']
    assert 'cron.service: restart it (restart_only_fixes leaves it out: it brings no security fix into memory)' in printed
    assert 'app.service of deploy: restart it (restart_only_fixes leaves it out: it is not known' in unknown
    assert 'cron.service' not in unknown and 'dbus.service' not in unknown
    # A reboot alone brings the fix of dbus.service into memory. Only the local connection is in its way.
    printed, restarted, _ = run(restart_reboot='when_required')
    assert 'not rebooted, since this play runs on the host itself' in printed and restarted == ['nginx.service']
    write_plan({'nginx.service': CLOSED['nginx.service']})
    printed, restarted, unknown = run(restart_reboot='when_required')
    assert 'not rebooted, since restart_only_fixes leaves it out: it is not known' in printed and restarted == ['nginx.service']
    assert 'runs on the host itself' not in printed and 'cron.service' in unknown


def test_reports_and_what_they_say_together(executable, tmp_path, monkeypatch):
    inventory = tmp_path / 'inventory.ini'
    lines = ['web1', 'web2', 'lost ansible_python_interpreter=/no/such', '[all:vars]', 'ansible_connection=local']
    inventory.write_text('\n'.join(lines + ['ansible_become=false', 'report_executable=' + executable]))
    monkeypatch.setenv('PATH', os.path.dirname(executable), prepend=os.pathsep)
    monkeypatch.delenv('PWD', raising=False)
    monkeypatch.setenv('ANSIBLE_SHOW_CUSTOM_STATS', 'true')
    nowhere = ansible_playbook('lib_users.host.report', '-i', inventory, '-e', 'report_hosts=web1')
    assert nowhere.returncode == 2 and 'report_folder is "": say an absolute path' in nowhere.stdout.replace('\\', '')
    arguments = ['lib_users.host.report', '-i', inventory, '-e', 'report_hosts=web1,web2,lost']
    arguments += ['-e', 'report_folder=%s/reports' % tmp_path]
    dry = ansible_playbook(*arguments + ['--check', '--limit', 'web1,web2'])
    assert dry.returncode == 0, dry.stdout
    assert 'nothing is written in check mode' in dry.stdout
    assert not (tmp_path / 'reports').exists()

    process = ansible_playbook(*arguments + ['-e', 'report_cve=CVE-2026-32776'])
    assert process.returncode == 2, process.stdout
    assert 'no report from lost' in process.stdout
    assert re.search(r'CUSTOM STATS.*lib_users_fleet', process.stdout, re.DOTALL), process.stdout
    files = sorted((tmp_path / 'reports').iterdir()) + [tmp_path / 'fleet.json']
    assert [path.name for path in files] == ['web1.json', 'web2.json', 'fleet.json']
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    subprocess.run([executable, 'validate', str(files[0])], check=True, stdout=subprocess.PIPE)
    fleet = json.loads(files[2].read_text(encoding='utf-8'))
    # It is one host, seen twice.
    assert [host['superseded'] for host in fleet['hosts']] == [1]
    assert fleet['cve']['id'] == 'CVE-2026-32776' and re.search(r'No host (is known to )?runs? .*CVE-2026-32776', process.stdout)
    assert json.loads(files[0].read_text(encoding='utf-8'))['packages'] is not None
    assert not (tmp_path / 'fleet.html').exists()

    process = ansible_playbook(*arguments + ['-e', 'report_html=true'])
    assert process.returncode == 2, process.stdout
    page = tmp_path / 'fleet.html'
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert page.read_text(encoding='utf-8').startswith('<!doctype html>\n')
    assert re.search(r'id="silent">Never reported<.*\blost\b', page.read_text(encoding='utf-8'), re.DOTALL)
    assert json.loads(files[2].read_text(encoding='utf-8'))['never_reported'] == ['lost']


def test_packed_collection_installs(tmp_path):
    """The archive that npm run pack makes without Ansible is one that ansible-galaxy takes and verifies."""
    subprocess.run(['node', 'scripts/pack.mjs', '--format', 'collection'], cwd=REPO, check=True, stdout=subprocess.PIPE)
    archive = 'lib_users-host-%s.tar.gz' % package_version()
    packed = os.path.join(REPO, 'build', 'pack')
    with open(os.path.join(packed, archive), 'rb') as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    with open(os.path.join(packed, 'SHA256SUMS'), encoding='utf-8') as stream:
        assert '%s  %s\n' % (digest, archive) in stream.read()
    environment = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=str(tmp_path))
    for arguments in (['install', '--offline', os.path.join(packed, archive)], ['verify', '--offline', 'lib_users.host']):
        subprocess.run(['ansible-galaxy', 'collection'] + arguments, env=environment, check=True, stdout=subprocess.PIPE)
    installed = tmp_path / 'ansible_collections' / 'lib_users' / 'host'
    assert (installed / 'plugins' / 'modules' / 'plan_apply.py').is_file()
