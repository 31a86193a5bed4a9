// The hook for DNF, run by the real dnf and its plugin in a root folder of its own: a transaction of two packages prints the
// plan once. (APT's hook is run in the guest: apt has no such folder.)

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { shellWords } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

// Debian 12 pairs the plugin with an older libdnf, which has the function that it calls under another name.
const shim = `
import libdnf.conf
if not hasattr(libdnf.conf, 'ConfigParser_substitute'):
    libdnf.conf.ConfigParser_substitute = libdnf.conf.ConfigParser.substitute
`;

function run(command: string, args: string[], cwd: string): string {
  const env = { ...process.env, PYTHONPATH: `${cwd}/shim` };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  assert.equal(status, 0, `${command}: ${stdout}${stderr}`);
  return stdout + stderr;
}

function buildPackages(folder: string): string[] {
  for (const name of ['one', 'two'])
    run('rpmbuild', ['-bb', '--define', `_topdir ${folder}/build`, `${name}.spec`], folder);
  const built = join(folder, 'build/RPMS/noarch');
  return readdirSync(built).map((file) => join(built, file));
}

const spec = (name: string) =>
  `Name: ${name}\nVersion: 1\nRelease: 1\nSummary: ${name}\nLicense: MIT\nBuildArch: noarch\n%description\n${name}\n%files\n`;

test('dnf prints the plan once when a transaction is done', (t) => {
  if (!needs(t, 'dnf', 'dnf-plugins-core', 'rpmbuild', 'chroot')) return;
  const hook = readFileSync(join(projectRoot, 'packaging/dnf/lib-users.action'), 'utf8');
  const folder = temporaryFolder(t, {
    'one.spec': spec('one'),
    'two.spec': spec('two'),
    'shim/sitecustomize.py': shim,
    'plugins/post-transaction-actions.conf': '[main]\nenabled = 1\n',
    'actions/lib-users.action': hook.replace('/usr/bin/lib-users', shellWords()),
  });
  const configuration = join(folder, 'plugins/post-transaction-actions.conf');
  const packages = buildPackages(folder);
  assert.equal(packages.length, 2);
  const root = join(folder, 'root');
  mkdirSync(root);
  run('sh', ['-c', `echo 'actiondir = ${folder}/actions/' >> '${configuration}'`], folder);
  const settings = [`pluginconfpath=${folder}/plugins`, 'reposdir=/nowhere', 'cachedir=/cache', 'gpgcheck=0'];
  const plugins = ['--disableplugin=*', '--enableplugin=post-transaction-actions'];
  const flags = [...settings.map((setting) => `--setopt=${setting}`), ...plugins];
  const said = run(
    'dnf',
    [`--installroot=${root}`, '--releasever=1', '--assumeyes', ...flags, 'install', ...packages],
    folder,
  );
  assert.equal(said.match(/from the report of/g)?.length, 1, said);
  assert.match(said, /Complete!/);
});
