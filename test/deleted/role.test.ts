// Evidence -> the role of a gone file: who made it and when, how long it had a name, how large it is, which process holds it and how.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyFdRole, classifyMapRole, type User } from '../../src/deleted/role.ts';
import { scratchLimit } from '../../src/sizes.ts';

const second = 1_000_000_000n;
const start = 1000n * second;
const day = 86_400n * second;

function user(program: string, more: Partial<User> = {}): User {
  return { startedAtNs: start, effectiveUid: 33, program, commandLine: `${program}\0`, maps: () => false, ...more };
}

const daemon = user('/usr/sbin/daemon');
const java = user('/usr/lib/jvm/java-17/bin/java');

type MapCase = Parameters<typeof classifyMapRole>[0];
type FdCase = Parameters<typeof classifyFdRole>[0];

/** A library that existed a day before the process began, and was removed a day after it. */
const map = (path: string, more: Partial<MapCase> = {}): MapCase => ({
  ...{ path, kind: 'library', executable: true, ownerUid: 0, state: 'removed', links: 0, inode: 5n, heldBytes: 8192 },
  ...{ bornAtNs: start - day, unlinkedAtNs: start + day },
  ...more,
});
/** A file that the process made, and that was removed a day later. */
const fd = (path: string, more: Partial<FdCase> = {}): FdCase => ({
  ...{ fd: 7, path, kind: 'regular', state: 'removed', links: 0, inode: 5n, heldBytes: 8192 },
  ...{ access: 'read_write', append: false, bornAtNs: start + second, unlinkedAtNs: start + day },
  ...more,
});

/** Times of a file that the process made after it began, and unlinked at once. */
const unpacked = { bornAtNs: start + second, unlinkedAtNs: start + second + second / 2n };
/** Times of a file that was made after the process began, and had its name for a day. */
const deployed = { bornAtNs: start + second, unlinkedAtNs: start + day };
/** Times of a file that a parent made and unlinked before it forked this process. */
const handedDown = { bornAtNs: start - 9n * second, unlinkedAtNs: start - 8n * second };
const notKnown = { bornAtNs: null, unlinkedAtNs: null };

const mapRows: [name: string, map: MapCase, role: string, user?: User][] = [
  ['a library removed by an upgrade', map('/usr/lib/libssl.so.1'), 'code'],
  ['a library replaced after the start', map('/usr/lib/libssl.so.3', { state: 'replaced' }), 'code'],
  ['loaded and removed after the start, from a package', map('/usr/lib/libssl.so.1', deployed), 'code'],
  ['a plug-in that lay at home for a day', map('/home/app/lib/x.so', deployed), 'code'],
  ['a plug-in that lay in /usr/local for a day', map('/usr/local/lib/x.so', deployed), 'code'],
  ['there before the process, and gone at once', map('/opt/app/x.so', { unlinkedAtNs: start + 1n }), 'code'],
  ...['/opt/app/lib', '/usr/lib/app', '/usr/local/lib', '/home/app', '/srv/app', '/var/lib/app', '/data'].map(
    (folder): [string, MapCase, string] => ['unpacked by itself', map(`${folder}/x.so`, unpacked), 'scratch'],
  ),
  ['unpacked by the parent', map('/opt/app/lib/x.so', handedDown), 'scratch'],
  ['an upgrade before the process was forked', map('/opt/app/lib/x.so', { unlinkedAtNs: start - 1n }), 'code'],
  ...['/opt/app/temp', '/usr/share/tomcat/temp', '/opt/zextras/x/work', '/home/app/.cache', '/var/lib/x/tmp'].map(
    (folder): [string, MapCase, string] => ['in a folder of its own', map(`${folder}/x.so`, deployed), 'scratch'],
  ),
  [
    'an upgrade while the clock was behind, as on a board without a clock',
    map('/usr/lib/libssl.so.3', { state: 'removed', unlinkedAtNs: start - 30n * day }),
    'code',
  ],
  ['in such a folder before the process began', map('/opt/app/temp/x.so'), 'code'],
  ['in such a folder, replaced', map('/opt/app/temp/x.so', { ...deployed, state: 'replaced' }), 'code'],
  ['JNA in /tmp', map('/tmp/jna-114/jna8871.tmp', notKnown), 'scratch'],
  ['JNA in /tmp, large', map('/tmp/jna-114/jna8871.tmp', { heldBytes: 2 ** 30 }), 'scratch'],
  ['a plug-in replaced in /tmp', map('/tmp/plugin.so', { state: 'replaced' }), 'code'],
  ['birth time not known', map('/home/app/lib/x.so', notKnown), 'code'],
  ['another link left', map('/home/app/lib/x.so', { ...unpacked, links: 1, unlinkedAtNs: null }), 'code'],
  ['could not look', map('/tmp/x.so', { state: 'unknown', links: null, ...notKnown }), 'code'],
  ['a library of data alone, of root', map('/usr/lib/libicudata.so.72', { executable: false }), 'code'],
  [
    'a library of data alone, of the user itself',
    map('/opt/app/libicudata.so', { executable: false, ownerUid: 33 }),
    'code',
  ],
  [
    'a library of data alone, of nobody knows whom',
    map('/mnt/libicudata.so', { executable: false, ownerUid: null }),
    'code',
  ],
  [
    "a server maps another user's file, which is named as a library",
    map('/home/bob/x.so', { executable: false, ownerUid: 1000 }),
    'data',
  ],
  ["another user's library, mapped executable", map('/opt/app/x.so', { ownerUid: 1000 }), 'code'],
  ['a locale archive', map('/usr/lib/locale/locale-archive', { kind: 'data', state: 'replaced' }), 'data'],
  ['a segment of an index', map('/mnt/es/0/index/_1a.cfs', { kind: 'data', ...deployed }), 'data'],
  ['mapped and unlinked at once', map('/mnt/x/shared', { kind: 'data', ...unpacked }), 'scratch'],
  ['the same, large', map('/mnt/x/shared', { kind: 'data', ...unpacked, heldBytes: scratchLimit }), 'data'],
  ['a program removed from /tmp', map('/tmp/a.out', { kind: 'executable' }), 'code'],
  ['a program that was never a file', map('/memfd:x', { kind: 'executable' }), 'scratch'],
  ['a .NET assembly', map('/opt/app/App.dll', { kind: 'data' }), 'code', user('/usr/share/dotnet/dotnet')],
  [
    'a .NET assembly of a program with its own runtime',
    map('/opt/app/App.dll', { kind: 'data', state: 'replaced' }),
    'code',
    user('/opt/app/App', { maps: (part) => part === '/libcoreclr.so' }),
  ],
  ['a .dll that something else maps', map('/opt/app/App.dll', { kind: 'data' }), 'data'],
  ['the class library of a JVM', map('/usr/lib/jvm/java-17/lib/modules', { kind: 'data' }), 'code', java],
  [
    'a program that an emulator runs',
    map('/usr/sbin/nginx', { kind: 'data', executable: false }),
    'code',
    user('/usr/bin/qemu-aarch64-static'),
  ],
  [
    'a program on an image that is served',
    map('/usr/sbin/nginx', { kind: 'data', executable: false }),
    'data',
    user('/usr/bin/qemu-nbd'),
  ],
  [
    'a program in a virtual machine that maps it',
    map('/usr/bin/x', { kind: 'data', executable: false }),
    'data',
    user('/usr/bin/qemu-system-x86_64'),
  ],
  ['a library of Windows', map('/opt/app/App.dll', { kind: 'data' }), 'code', user('/usr/lib/wine/wine64-preloader')],
  ["Firefox's own code", map('/usr/lib/firefox/omni.ja', { kind: 'data' }), 'code', user('/usr/lib/firefox/firefox')],
  ["Dart's code", map('/opt/app/server.aot', { kind: 'data' }), 'code', user('/usr/lib/dart/bin/dartaotruntime')],
  ["Guile's code", map('/usr/lib/guile/3.0/ccache/x.go', { kind: 'data' }), 'code', user('/usr/bin/guile-3.0')],
];
for (const [name, input, role, who = daemon] of mapRows) {
  test(`role of a map: ${name}, ${input.path}: ${role}`, () => assert.equal(classifyMapRole(input, who), role));
}

const read = { access: 'read', bornAtNs: start - day } as const;
const append = { access: 'write', append: true } as const;
const shell = (program: string, line: string) => user(program, { commandLine: line.replaceAll(' ', '\0') });

const fdRows: [name: string, fd: FdCase, role: string, user?: User][] = [
  ['append', fd('/srv/app/out.txt', append), 'log'],
  ['written below /var/log', fd('/var/log/nginx/a.log', { access: 'write' }), 'log'],
  ["journald's", fd('/run/log/journal/4f/system@1.journal'), 'log'],
  ['written below a logs folder', fd('/opt/app/logs/a.txt', { access: 'write' }), 'log'],
  ['written without append, a log by name', fd('/opt/app/gc.log', { access: 'write' }), 'log'],
  ['written without append, output by name', fd('/home/app/server.out', { access: 'write' }), 'log'],
  ['standard output, append', fd('/var/lib/app/console', { ...append, fd: 1 }), 'log'],
  ['standard output, file: or truncate:', fd('/srv/app/console', { access: 'write', fd: 1 }), 'log'],
  ['standard error, which a terminal opened', fd('/srv/app/console', { access: 'read_write', fd: 2 }), 'file'],
  ['append where nothing says that it is a log', fd('/u01/seg', append), 'file'],
  ['a log in /tmp', fd('/tmp/x.log', append), 'log'],
  ['a log in service data', fd('/var/lib/app/app.log', append), 'log'],
  ['append to service data that nothing calls a log', fd('/var/lib/app/000042', append), 'file'],
  ['only read below /var/log', fd('/var/log/nginx/a.log', read), 'file'],
  ['a rotated journal, only read', fd('/var/log/journal/4f/system@1.journal', read), 'file'],
  ["Redis' append-only file", fd('/var/lib/x/db.1.incr.aof', append), 'file'],
  ["Redis' append-only file elsewhere", fd('/srv/x/appendonly.aof', append), 'file'],
  ['a dump', fd('/var/lib/redis/dump.rdb', { access: 'write' }), 'file'],
  ['a write-ahead log', fd('/data/prometheus/wal/00000012', append), 'file'],
  ["etcd's", fd('/data/etcd/member/0000000000000001-0000000000000000.wal', append), 'file'],
  ["LevelDB's", fd('/opt/app/store/000123.log', append), 'file'],
  ["MySQL's binary log", fd('/var/lib/mysql/mysql-bin.000012', append), 'file'],
  ["Elasticsearch's translog", fd('/mnt/es/nodes/0/translog/translog-7.tlog'), 'file'],
  ...['logs', 'data'].map((folder): [string, FdCase, string] => [
    "a segment of Kafka's",
    fd(`/opt/kafka/${folder}/t-0/00000000000000000000.log`),
    'file',
  ]),
  ...[
    ...['/var/log/app/20240131.log', '/var/log/app/2024013112.log', '/var/log/app/1704067200.log'],
    ...['/var/log/app/journal-2024-01-31.log', '/var/log/app/binlog-20240131.log', '/var/log/app/wal.2024-01-31.gz'],
    ...['/var/log/named/x.db.log.1', '/srv/app/x.db.log-20240131', '/var/log/wal/archiver.log'],
    ...['/opt/oracle/AdminServer.log00012', '/opt/oracle/AdminServer.out00012', '/srv/app/access.log20240131'],
    ...['/data/nginx-logs/site1', '/data/app_log/site1'],
  ].map((path): [string, FdCase, string] => ['a log by its name or folder', fd(path, append), 'log']),
  ...[
    ...['/var/log/kafka-logs/t-0/00000000000000012345.log.deleted', '/srv/kafka/t-0/00000000000000012345.log.deleted'],
    ...[
      '/var/log/kafka-logs/t-0/00000000000000012345.index.deleted',
      '/data/pebble/000123-001.log',
      '/data/x/000123.log',
    ],
    ...[
      '/var/lib/mysql/aria_log.00000001',
      '/var/lib/ldap/log.0000000001',
      '/data/0-1-v1.log',
      '/data/MANIFEST-000007',
    ],
    ...['/db2/LOGSTREAM0000/S0000001.LOG', '/u01/o1_mf_1_k8w_.log', '/var/log/prometheus/wal/00000012'],
    ...['/data/raft-log/7', '/data/txn_logs/7', '/data/write-ahead-log/7'],
  ].map((path): [string, FdCase, string] => ["a database's file", fd(path, append), 'file']),
  ...['/srv/work/pg/PG_15_202209061/5/16392', '/srv/work/es/_1a.fdt', '/srv/work/prom/chunks_head/000001'].map(
    (path): [string, FdCase, string] => ["a database's file in a folder that is called work", fd(path), 'file'],
  ),
  ...['/mnt', '/data1', '/u01', '/home/pg', '/host/var/lib', '/opt', '/var/lib', '/srv'].flatMap((folder) => [
    ['a dropped table', fd(`${folder}/pg/base/5/16392`), 'file'] as [string, FdCase, string],
    ['made, unlinked and held', fd(`${folder}/x/f`, unpacked), 'file'] as [string, FdCase, string],
  ]),
  ['a temporary table of MariaDB', fd('/tmp/ibXXXX', unpacked), 'scratch'],
  ['a large one', fd('/tmp/ibXXXX', { ...unpacked, heldBytes: scratchLimit }), 'file'],
  ['one below the limit', fd('/tmp/ibXXXX', { ...unpacked, heldBytes: scratchLimit - 1 }), 'scratch'],
  ['one whose size nobody knows', fd('/tmp/ibXXXX', { ...unpacked, heldBytes: null }), 'scratch'],
  ['replaced in /tmp', fd('/tmp/x', { state: 'replaced' }), 'file'],
  ['a spill in a folder for it', fd('/data/mysql-tmp/x'), 'scratch'],
  ['one handed down to a child', fd('/opt/app/tmp/x', handedDown), 'scratch'],
  ['a large one', fd('/data/mysql-tmp/x', { heldBytes: scratchLimit }), 'file'],
  ['only written there', fd('/data/mysql-tmp/x', { access: 'write' }), 'file'],
  ['older than the process', fd('/data/mysql-tmp/x', { bornAtNs: start - day }), 'file'],
  ['O_TMPFILE', fd('/home/app/#5'), 'scratch'],
  ['O_TMPFILE, large', fd('/home/app/#5', { heldBytes: scratchLimit }), 'file'],
  ['memfd', fd('/memfd:x', { append: true }), 'scratch'],
  ['a directory', fd('/var/log/old', { kind: 'directory', access: 'read' }), 'file'],

  ['a jar of a JVM', fd('/opt/app/log4j-core.jar', { ...read, state: 'replaced' }), 'code', java],
  ['a jar whose name has a version', fd('/opt/app/log4j-core-2.14.jar', read), 'code', java],
  ...['/opt/jboss/ra.rar', '/opt/karaf/x.kar', '/var/lib/jenkins/plugins/git.jpi'].map(
    (path): [string, FdCase, string, User] => ['another archive of a JVM', fd(path, read), 'code', java],
  ),
  ['deployed later', fd('/opt/tomcat/webapps/a/WEB-INF/lib/x.jar', { ...read, ...deployed }), 'code', java],
  [
    'of a JVM in another program',
    fd('/opt/a.war', read),
    'code',
    user('/opt/a', { maps: (part) => part === '/libjvm.so' }),
  ],
  ['unpacked by the JVM', fd('/opt/app/x.jar', { ...read, ...unpacked }), 'scratch', java],
  ["Tomcat's copy", fd('/opt/tomcat/temp/1-x.jar', { ...read, ...deployed }), 'scratch', java],
  ['in /tmp', fd('/tmp/x.jar', read), 'scratch', java],
  ['a product of a build daemon', fd('/home/dev/x/build/libs/x.jar', { ...read, ...deployed }), 'file', java],
  ['written by a JVM', fd('/opt/app/x.jar', { ...read, access: 'write' }), 'file', java],
  ['read by a backup', fd('/opt/app/log4j-core.jar', { ...read, state: 'replaced' }), 'file'],
  ['a zip that a file server reads', fd('/srv/files/x.zip', read), 'file', user('/usr/sbin/nginx')],
  ['a zip that a JVM reads', fd('/srv/files/x.zip', read), 'file', java],
  ['a jar, where nobody could look', fd('/opt/app/x.jar', { ...read, state: 'unknown', ...notKnown }), 'file', java],
  ['a jar of a program that nobody knows', fd('/opt/app/x.jar', read), 'file', { ...java, program: null }],
  ['a phar', fd('/opt/app/x.phar', read), 'code', user('/usr/bin/php8.2')],
  ['a program in an archive of Python', fd('/opt/app/x.pyz', read), 'code', user('/usr/bin/python3.11')],
  ["an Electron program's code", fd('/opt/Chat/resources/app.asar', read), 'code', user('/opt/Chat/chat')],
  ['the same, read by something else', fd('/opt/Chat/resources/app.asar', read), 'file'],
  ['an image of SBCL', fd('/opt/app/app.core', read), 'code', user('/usr/bin/sbcl')],
  ['a core dump in an editor', fd('/opt/app/app.core', read), 'file', user('/usr/bin/vim')],
  ['an image of Smalltalk', fd('/srv/app/Pharo.image', read), 'code', user('/opt/pharo-vm/pharo')],
  ['a library that Python reads and does not map', fd('/opt/app/x.so', read), 'file', user('/usr/bin/python3.11')],
  ['a library read by a backup', fd('/usr/lib/libc.so.6', read), 'file', user('/usr/bin/rsync')],

  ["bash's script", fd('/opt/app/run.sh', { ...read, fd: 255 }), 'code', shell('/usr/bin/bash', 'bash ./run.sh')],
  ["bash's script, whatever it calls itself", fd('/opt/app/run', { ...read, fd: 255 }), 'code', user('/bin/bash')],
  [
    "dash's script",
    fd('/opt/app/run', { ...read, fd: 11 }),
    'code',
    shell('/usr/bin/dash', '/bin/sh -e /opt/app/run a'),
  ],
  ...['sh -o nounset /opt/app/run', 'sh -eu -o nounset /opt/app/run a', 'sh +o notify -- /opt/app/run'].map(
    (line): [string, FdCase, string, User] => [
      `a script behind options with values: ${line}`,
      fd('/opt/app/run', { ...read, fd: 10 }),
      'code',
      shell('/usr/bin/dash', line),
    ],
  ),
  [
    "perl's script behind a folder of modules",
    fd('/opt/x.pl', { ...read, fd: 3 }),
    'code',
    shell('/usr/bin/perl', 'perl -I /opt/lib /opt/x.pl'),
  ],
  [
    'a file that a program text of perl reads',
    fd('/opt/x.pl', { ...read, fd: 3 }),
    'file',
    shell('/usr/bin/perl', 'perl -ne print /opt/x.pl'),
  ],
  ["zsh's script", fd('/opt/app/run', { ...read, fd: 11 }), 'code', shell('/usr/bin/zsh', 'zsh /opt/app/run')],
  [
    'a file that a shell reads',
    fd('/data/in.csv', { ...read, fd: 10 }),
    'file',
    shell('/usr/bin/dash', 'sh -c in.csv'),
  ],
  [
    'a file that a script reads',
    fd('/data/in.csv', { ...read, fd: 10 }),
    'file',
    shell('/usr/bin/dash', 'sh run in.csv'),
  ],
  [
    'a file that comes in by redirection',
    fd('/opt/run', { ...read, fd: 0 }),
    'file',
    shell('/usr/bin/dash', 'sh /opt/run'),
  ],
  ['a script in /tmp', fd('/tmp/x.sh', { ...read, fd: 255 }), 'scratch', user('/usr/bin/bash')],
  ["a runner's script", fd('/home/r/_work/_temp/x.sh', { ...read, fd: 255 }), 'scratch', user('/usr/bin/bash')],
  ['the same, replaced', fd('/tmp/x.sh', { ...read, fd: 255, state: 'replaced' }), 'code', user('/usr/bin/bash')],
  [
    "perl's script with its data",
    fd('/opt/x.pl', { ...read, fd: 3 }),
    'code',
    shell('/usr/bin/perl', 'perl -w /opt/x.pl'),
  ],
];
for (const [name, input, role, who = daemon] of fdRows) {
  test(`role of an fd: ${name}, ${input.path}: ${role}`, () => assert.equal(classifyFdRole(input, who), role));
}

// A pattern that backtracks would take hours here.
test('a path of more than a megabyte has a role', () => {
  for (const part of ['tmp.', '.db', '/log.', '/a-log', '0', '2024', 'a_', '/base/1/1', 'wal', '-', '/']) {
    const path = `/${part.repeat(300_000)}x`;
    assert.match(classifyFdRole(fd(path), java), /^(?:file|scratch)$/, part);
    assert.equal(classifyMapRole(map(path, { kind: 'data' }), java), 'data', part);
  }
});
