// Cgroup paths -> units, sessions and slices. Containers have a table of their own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import { attributeProcess } from '../../src/systemd/attribute.ts';

const host = { pid: 'pid:[1]', cgroup: 'cgroup:[1]' };
const manager = '/user.slice/user-1000.slice/user@1000.service';

function attribute(content: string) {
  return attributeProcess(parseCgroup(content), host, host);
}

/** `scope name (uid) @ slice`, and the session if there is one. */
function summary(content: string): string | null {
  const { unit, slice, session, container } = attribute(content);
  assert.equal(container, null);
  if (unit === null) {
    assert.deepEqual({ slice, session }, { slice: null, session: null });
    return null;
  }
  const login = session ? ` session ${session.id} of ${session.uid}` : '';
  return `${unit.scope}${unit.uid === null ? '' : ` ${unit.uid}`} ${unit.name} @ ${slice}${login}`;
}

const v2: [name: string, path: string, expected: string | null][] = [
  ['a service', '/system.slice/cron.service', 'system cron.service @ system.slice'],
  ['a service at the root', '/cron.service', 'system cron.service @ null'],
  ['the innermost slice', '/a.slice/a-b.slice/c.service', 'system c.service @ a-b.slice'],
  ['whole: dashes', '/system.slice/systemd-journald.service', 'system systemd-journald.service @ system.slice'],
  ['whole: colons', '/s.slice/dbus-:1.3-org.x@0.service', 'system dbus-:1.3-org.x@0.service @ s.slice'],
  ['whole: an instance', '/s.slice/postgresql@15-main.service', 'system postgresql@15-main.service @ s.slice'],
  ['whole: an escape', '/s.slice/dev-disk-by\\x2did.swap', 'system dev-disk-by\\x2did.swap @ s.slice'],
  ['PID 1', '/init.scope', 'system init.scope @ null'],
  ['an escaped unit', '/system.slice/_cpu.service', 'system cpu.service @ system.slice'],
  ['an escaped slice', '/_cpu.slice/a.service', 'system a.service @ cpu.slice'],
  ['a unit whose name begins with an underscore', '/s.slice/__x.service', 'system _x.service @ s.slice'],
  ['a removed cgroup', '/system.slice/cron.service (deleted)', 'system cron.service @ system.slice'],
  ['doubled and trailing slashes', '//system.slice//cron.service/', 'system cron.service @ system.slice'],
  ['a mount helper', '/system.slice/srv.mount', 'system srv.mount @ system.slice'],
  ['a delegated subtree', '/s.slice/a.service/payload/b.service', 'system a.service @ s.slice'],
  ['a subtree that names a session', '/s.slice/a.service/session-1.scope', 'system a.service @ s.slice'],
  [
    'a subtree that names slices',
    '/s.slice/a.service/user.slice/user-0.slice/session-1.scope',
    'system a.service @ s.slice',
  ],
  ['a subtree that names a manager', '/s.slice/a.service/user@0.service/b.service', 'system a.service @ s.slice'],
  ['the root', '/', null],
  ['only slices', '/user.slice/user-1000.slice', null],
  ['no unit name at all', '/system.slice/rubbish/cron.service', null],
  ['a template', '/system.slice/getty@.service/x', null],
  ['an instance of a slice', '/system.slice/a@b.slice/c.service', null],
  ['an invalid name', '/system.slice/a b.service', null],
  ['a name of 256 bytes', `/system.slice/${'x'.repeat(248)}.service`, null],
  ['outside of our cgroup namespace', '/../system.slice/cron.service', null],
  ['far outside', '/../../cron.service', null],
  ['a name that only begins with dots', '/..cron.service', 'system ..cron.service @ null'],

  [
    'a session',
    '/user.slice/user-1000.slice/session-7.scope',
    'system session-7.scope @ user-1000.slice session 7 of 1000',
  ],
  [
    'a letter session',
    '/user.slice/user-0.slice/session-c2.scope',
    'system session-c2.scope @ user-0.slice session c2 of 0',
  ],
  [
    'below a session',
    '/user.slice/user-5.slice/session-7.scope/user-0.slice/session-1.scope',
    'system session-7.scope @ user-5.slice session 7 of 5',
  ],
  ['a session of no user', '/user.slice/session-7.scope', 'system session-7.scope @ user.slice'],
  ['a session at the root', '/session-7.scope', 'system session-7.scope @ null'],
  [
    'a session in a slice below',
    '/user.slice/user-5.slice/user-5-x.slice/session-7.scope',
    'system session-7.scope @ user-5-x.slice',
  ],
  ['an odd session id', '/user.slice/user-5.slice/session-a_b.scope', 'system session-a_b.scope @ user-5.slice'],
  ['an odd uid', '/user.slice/user-05.slice/session-7.scope', 'system session-7.scope @ user-05.slice'],

  ['a user unit', `${manager}/app.slice/app.service`, 'user 1000 app.service @ app.slice'],
  ['a user unit in no slice', `${manager}/app.service`, 'user 1000 app.service @ null'],
  [
    'a user unit in nested slices',
    `${manager}/app.slice/app-a.slice/x@1.service/y`,
    'user 1000 x@1.service @ app-a.slice',
  ],
  ['an escaped user unit', `${manager}/app.slice/_cpu.service`, 'user 1000 cpu.service @ app.slice'],
  ['a user manager', manager, 'system user@1000.service @ user-1000.slice'],
  ['its init.scope', `${manager}/init.scope`, 'system user@1000.service @ user-1000.slice'],
  ['only slices below it', `${manager}/app.slice`, 'system user@1000.service @ user-1000.slice'],
  ['no unit name below it', `${manager}/rubbish/a.service`, 'system user@1000.service @ user-1000.slice'],
  ['a hostile session below it', `${manager}/session-1.scope`, 'user 1000 session-1.scope @ null'],
  [
    'a hostile user slice below it',
    `${manager}/user-0.slice/session-1.scope`,
    'user 1000 session-1.scope @ user-0.slice',
  ],
  ['a hostile manager below it', `${manager}/user@0.service/a.service`, 'user 1000 user@0.service @ null'],
  ['a hostile init.scope below it', `${manager}/a.slice/init.scope`, 'user 1000 init.scope @ a.slice'],
  ["root's manager", '/user.slice/user-0.slice/user@0.service/init.scope', 'system user@0.service @ user-0.slice'],
  ['a manager of no uid', '/user.slice/user@bob.service/a.service', 'system user@bob.service @ user.slice'],
  ['a manager of an odd uid', '/user.slice/user@007.service/a.service', 'system user@007.service @ user.slice'],
  ['the uids that mean none', '/user.slice/user@65535.service/a.service', 'system user@65535.service @ user.slice'],
  [
    '4294967295 as well',
    '/user.slice/user@4294967295.service/a.service',
    'system user@4294967295.service @ user.slice',
  ],
  ['the largest uid', '/user.slice/user@4294967294.service/a.service', 'user 4294967294 a.service @ null'],
];

for (const [name, path, expected] of v2) {
  test(`unit: ${name}`, () => assert.equal(summary(`0::${path}\n`), expected));
}

const hierarchies: [
  name: string,
  content: string,
  unit: string | null,
  source: string | null,
  cgroup: string | null,
][] = [
  ['pure v2', '0::/s.slice/a.service\n', 'a.service', 'cgroup_v2', '/s.slice/a.service'],
  ['v1', '2:cpu:/\n1:name=systemd:/s.slice/a.service\n', 'a.service', 'cgroup_v1', '/s.slice/a.service'],
  [
    'v1 with an empty v2 line',
    '1:name=systemd:/s.slice/a.service\n0::/\n',
    'a.service',
    'cgroup_v1',
    '/s.slice/a.service',
  ],
  [
    'hybrid',
    '1:name=systemd:/s.slice/a.service\n0::/s.slice/a.service\n',
    'a.service',
    'cgroup_v2',
    '/s.slice/a.service',
  ],
  [
    'a v2 guest on a hybrid host',
    '9:name=systemd:/\n0::/s.slice/a.service\n',
    'a.service',
    'cgroup_v2',
    '/s.slice/a.service',
  ],
  ['v1 outside, v2 inside', '9:name=systemd:/../b.service\n0::/a.service\n', 'a.service', 'cgroup_v2', '/a.service'],
  ['v2 outside, v1 inside', '9:name=systemd:/b.service\n0::/../a.service\n', 'b.service', 'cgroup_v1', '/b.service'],
  ['a controller tells no unit', '2:memory:/s.slice/a.service\n0::/\n', null, null, '/'],
  ['another named hierarchy tells no unit', '1:name=elogind:/s.slice/a.service\n', null, null, '/s.slice/a.service'],
  ['no unit: the path that tells more', '9:name=systemd:/x\n0::/\n', null, null, '/x'],
  ['a path that is no UTF-8', '0::/s.slice/\xff\n', null, null, '/s.slice/�'],
  ['a path in UTF-8', '0::/caf\xc3\xa9/a.service\n', null, null, '/café/a.service'],
  ['nothing', '', null, null, null],
];

for (const [name, content, unit, source, cgroup] of hierarchies) {
  test(`hierarchy: ${name}`, () => {
    const answer = attribute(content);
    assert.deepEqual([answer.unit?.name ?? null, answer.unit?.source ?? null, answer.cgroup], [unit, source, cgroup]);
  });
}
