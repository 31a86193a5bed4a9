// PHP-FPM and Apache with PHP in it: root's configuration, a script that is loaded at the start, and the times of both -> what is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeMain } from '../../src/outdated/judge.ts';
import type { MainProcess } from '../../src/outdated/main-process.ts';
import { mayHavePhp } from '../../src/outdated/php-settings.ts';
import type { UnitStart } from '../../src/systemd/unit-start.ts';
import { filesOf, type TestFile } from '../support/host-files.ts';

const began = 1_000_000;
const later = began + 60_000;
const fpm = '/usr/sbin/php-fpm8.2';
const folder = '/etc/php/8.2/fpm';
const old = (text: string): TestFile => ({ text, bornAt: 1, modifiedAt: 1 });

/** A host as Debian makes it. */
const debian: Record<string, TestFile> = {
  [fpm]: { text: '\x7fELF', bornAt: 1 },
  [`${folder}/php.ini`]: old('[opcache]\n;opcache.enable=1\n'),
  [`${folder}/conf.d`]: { kind: 'folder', bornAt: 1, modifiedAt: 1 },
  [`${folder}/conf.d/10-opcache.ini`]: { to: '/etc/php/8.2/mods-available/opcache.ini' },
  '/etc/php/8.2/mods-available/opcache.ini': old('; priority=10\nzend_extension=opcache.so\nopcache.jit=off\n'),
  [`${folder}/php-fpm.conf`]: old(`[global]\npid = /run/php/php8.2-fpm.pid\ninclude=${folder}/pool.d/*.conf\n`),
  [`${folder}/pool.d`]: { kind: 'folder', bornAt: 1, modifiedAt: 1 },
  [`${folder}/pool.d/www.conf`]: old('[www]\nuser = www-data\nlisten = /run/php/php8.2-fpm.sock\n'),
};
const ini = (text: string): Record<string, TestFile> => ({ [`${folder}/php.ini`]: old(text) });
const conf = (text: string, name = '99-own'): Record<string, TestFile> => ({
  [`${folder}/conf.d/${name}.ini`]: old(text),
});
const pool = (text: string, name = 'www'): Record<string, TestFile> => ({
  [`${folder}/pool.d/${name}.conf`]: old(`[${name}]\n${text}\n`),
});
const preload = conf('opcache.preload=/srv/app/pre.php\nopcache.preload_user=www-data');
const born = (bornAt: number): Record<string, TestFile> => ({
  '/srv/app/pre.php': { text: '<?php', bornAt, modifiedAt: 1 },
});
const off = 'opcache.validate_timestamps=0';

interface Case {
  files: Record<string, TestFile>;
  /** Words of the command, behind Debian's. */
  more?: string;
  main?: Partial<MainProcess>;
  start?: Partial<UnitStart>;
  environment?: string;
  /** `how path`, a reason, `how path, else reason`, or null. */
  expected: string | null;
}

const cases: Record<string, Case> = {
  'as it is installed': { files: {}, expected: null },
  'php.ini': { files: ini(off), expected: 'opcache_frozen' },
  'a file of conf.d': { files: conf(off), expected: 'opcache_frozen' },
  'conf.d is read after php.ini': { files: { ...ini(off), ...conf('opcache.validate_timestamps=1') }, expected: null },
  'conf.d is read in the order of its bytes': {
    files: { ...conf(off, '9a'), ...conf('opcache.validate_timestamps=1', '9B') },
    expected: 'opcache_frozen',
  },
  'a file of another kind in conf.d': { files: { [`${folder}/conf.d/99.INI`]: old(off) }, expected: null },
  'a value of a pool': { files: pool(`php_value[opcache.validate_timestamps] = 0`), expected: 'opcache_frozen' },
  'a flag of a pool': { files: pool(`php_admin_flag[opcache.validate_timestamps] = off`), expected: 'opcache_frozen' },
  'a value of a pool above php.ini': {
    files: { ...ini(off), ...pool('php_admin_value[opcache.validate_timestamps] = 1') },
    expected: null,
  },
  "an admin's value counts, also if another one comes later": {
    files: pool('php_admin_value[opcache.validate_timestamps] = 1\nphp_value[opcache.validate_timestamps] = 0'),
    expected: null,
  },
  'one of two pools': {
    files: pool(`php_admin_value[opcache.validate_timestamps] = 0`, 'api'),
    expected: 'opcache_frozen',
  },
  'the command': { files: conf('opcache.validate_timestamps=1'), more: `-d ${off}`, expected: 'opcache_frozen' },
  'a section for a folder': { files: conf(`[PATH=/srv/app]\n${off}`), expected: 'opcache_frozen' },
  'a look once an hour': { files: ini('opcache.revalidate_freq=3600'), expected: 'opcache_frozen' },
  'a look once in a minute': { files: ini('opcache.revalidate_freq=60'), expected: null },
  'a look at each request': { files: ini('opcache.revalidate_freq=off'), expected: null },
  'a look at each request, by no value': { files: ini('opcache.revalidate_freq='), expected: null },
  'a look once in a kibisecond': { files: ini('opcache.revalidate_freq=1K'), expected: 'opcache_frozen' },
  'a time that is the name of a method': {
    files: ini('opcache.revalidate_freq=constructor'),
    expected: 'settings_unknown',
  },
  'a time that is none': { files: ini('opcache.revalidate_freq=60s'), expected: 'settings_unknown' },
  'an option that is joined': {
    files: conf('opcache.validate_timestamps=1'),
    more: `-d${off}`,
    expected: 'opcache_frozen',
  },
  'an option without a value': { files: ini(off), more: '-d opcache.validate_timestamps', expected: null },
  'a section for a host': { files: conf(`[HOST=www.example.org]\n${off}`), expected: 'opcache_frozen' },
  'a plain section behind one for a folder, which PHP takes for the folder': {
    files: conf(`${off}\n[PATH=/srv/app]\na=1\n[opcache]\nopcache.validate_timestamps=1`),
    expected: 'settings_unknown',
  },
  'a file for PHP-FPM alone in place of php.ini': {
    files: { [`${folder}/php-fpm-fcgi.ini`]: old(off) },
    expected: 'settings_unknown',
  },
  'a link to nothing in conf.d': {
    files: { ...conf(off), [`${folder}/conf.d/20-gone.ini`]: { to: '/etc/php/8.2/mods-available/gone.ini' } },
    expected: 'opcache_frozen',
  },
  'an opcache that is off': { files: ini(`opcache.enable=0\n${off}`), expected: null },
  'an opcache that is off, and that a pool cannot turn on': {
    files: { ...ini(`opcache.enable=0\n${off}`), ...pool('php_admin_value[opcache.enable] = 1') },
    expected: null,
  },
  'an opcache that the pool turns off': {
    files: { ...ini(off), ...pool('php_admin_value[opcache.enable] = 0') },
    expected: null,
  },
  'an opcache that is not loaded': {
    files: { ...ini(off), '/etc/php/8.2/mods-available/opcache.ini': old('') },
    expected: null,
  },
  'no configuration': { files: ini(off), more: '-n', expected: null },

  'a file that cannot be read': { files: { [`${folder}/php.ini`]: { kind: 'unknown' } }, expected: 'settings_unknown' },
  'a file that is no file': { files: { [`${folder}/php.ini`]: { kind: 'folder' } }, expected: 'settings_unknown' },
  'a value that is a variable': {
    files: ini(`opcache.validate_timestamps=\${LOOK}`),
    expected: 'settings_unknown',
  },
  'a string over several lines': { files: ini(`a="\n${off}\n"`), expected: 'settings_unknown' },
  'php.ini was edited since': {
    files: { [`${folder}/php.ini`]: { text: '', bornAt: 1, modifiedAt: later } },
    expected: 'settings_unknown',
  },
  'a pool was written anew since, with an old time': {
    files: { [`${folder}/pool.d/www.conf`]: { text: '[www]\nuser = www-data\n', bornAt: later, modifiedAt: 1 } },
    expected: 'settings_unknown',
  },
  'a file was removed from conf.d since': {
    files: { [`${folder}/conf.d`]: { kind: 'folder', bornAt: 1, modifiedAt: later } },
    expected: 'settings_unknown',
  },
  'php.ini was removed since': {
    files: { [folder]: { kind: 'folder', bornAt: 1, modifiedAt: later } },
    expected: 'settings_unknown',
  },
  'no pool': { files: { [`${folder}/pool.d/www.conf`]: old('') }, expected: 'settings_unknown' },
  'an include that is a variable': {
    files: { [`${folder}/php-fpm.conf`]: old(`include=\${HERE}/*.conf`) },
    expected: 'settings_unknown',
  },
  'an include of itself': {
    files: { [`${folder}/php-fpm.conf`]: old(`include=${folder}/php-fpm.conf`) },
    expected: 'settings_unknown',
  },
  'another php.ini': { files: {}, more: '-c /srv/php.ini', expected: 'settings_unknown' },
  'an option that is not known': { files: {}, more: '--new', expected: 'settings_unknown' },
  'another php.ini by a variable of the unit': { files: {}, environment: 'PHPRC=/srv', expected: 'settings_unknown' },
  'another folder by a variable of the unit': {
    files: {},
    environment: 'PHP_INI_SCAN_DIR=/srv/conf.d',
    expected: 'settings_unknown',
  },
  'another build': { files: {}, main: { program: '/opt/php/sbin/php-fpm' }, expected: 'not_its_script' },
  'a start that is not known': { files: {}, main: { beganAt: null }, expected: 'no_birth' },

  'a preloaded script that is newer': {
    files: { ...preload, ...born(later) },
    expected: 'reborn /srv/app/pre.php, shared, else opcache_frozen',
  },
  'a preloaded script that is older, though what it has loaded may be newer': {
    files: { ...preload, ...born(began - 1) },
    expected: 'opcache_frozen',
  },
  'a preloaded script that was edited in place': {
    files: { ...preload, '/srv/app/pre.php': { text: '', bornAt: 1, modifiedAt: later } },
    expected: 'modified /srv/app/pre.php, shared, else opcache_frozen',
  },
  'a preloaded script on a file system without births': {
    files: { ...preload, '/srv/app/pre.php': { text: '', modifiedAt: later } },
    expected: 'no_birth',
  },
  'a preloaded script that is gone': { files: preload, expected: 'unreadable' },
  'a preloaded script, and no look at the others': {
    files: { ...preload, ...ini(off), ...born(later) },
    expected: 'reborn /srv/app/pre.php, shared, else opcache_frozen',
  },
  'an older preloaded script, and no look at the others': {
    files: { ...preload, ...ini(off), ...born(1) },
    expected: 'opcache_frozen',
  },
  'a pool cannot preload': {
    files: { ...pool('php_admin_value[opcache.preload] = /srv/app/pre.php'), ...born(later) },
    expected: null,
  },
  'nothing is preloaded without the opcache': {
    files: { ...preload, ...ini('opcache.enable=0'), ...born(later) },
    expected: null,
  },
  'a preloaded script by a relative path': {
    files: { ...conf('opcache.preload=pre.php'), ...born(later) },
    expected: 'settings_unknown',
  },
  'all forks are newer than the preloaded script, as after a reload': {
    files: { ...preload, ...born(later) },
    main: { oldestForkAt: later + 1 },
    expected: 'reloaded',
  },
  'no fork tells whether it was reloaded': {
    files: { ...preload, ...born(later) },
    main: { oldestForkAt: null },
    expected: 'reloaded',
  },
  'systemd has reloaded it since': {
    files: { ...preload, ...born(later) },
    start: { changedAt: later + 1 },
    expected: 'reloaded',
  },
  'systemd has reloaded it before': {
    files: { ...preload, ...born(later) },
    start: { changedAt: later - 3000 },
    expected: 'reborn /srv/app/pre.php, shared, else opcache_frozen',
  },
  'systemd has reloaded it at about the same time, and the clock was set': {
    files: { ...preload, ...born(later) },
    start: { changedAt: later - 1000 },
    expected: 'reloaded',
  },
  'edited in place, and reloaded since': {
    files: { ...preload, '/srv/app/pre.php': { text: '', bornAt: 1, modifiedAt: later } },
    start: { changedAt: later + 1 },
    expected: 'reloaded',
  },
};

for (const [name, { files, more = '', main = {}, start = {}, environment = '', expected }] of Object.entries(cases)) {
  test(`PHP-FPM: ${name}: ${expected}`, () => {
    const line = `--nodaemonize --fpm-config ${folder}/php-fpm.conf ${more}`.trim();
    const command = {
      ...{ path: fpm, words: line.split(' '), isWhole: true, environment, hasEnvironmentFiles: false, folder: '/' },
    };
    const process = { program: fpm, beganAt: began, oldestForkAt: began + 10, ...main };
    assert.equal(judge(process, { command, ...start }, { ...debian, ...files }), expected);
  });
}

test('PHP-FPM whose command is not known to its end', () => {
  const command = {
    ...{ path: fpm, words: [], isWhole: false, environment: '', hasEnvironmentFiles: false, folder: '/' },
  };
  assert.equal(judge({ program: fpm }, { command }, debian), 'settings_unknown');
  const withFiles = { ...command, isWhole: true, hasEnvironmentFiles: true };
  assert.equal(judge({ program: fpm }, { command: withFiles }, debian), 'settings_unknown');
});

const red = '/usr/sbin/php-fpm';
const fedora: Record<string, TestFile> = {
  [red]: { text: '\x7fELF', bornAt: 1 },
  '/etc/php.ini': old(''),
  '/etc/php.d/10-opcache.ini': old('zend_extension=opcache'),
  '/etc/php-fpm.conf': old('include=/etc/php-fpm.d/*.conf\n[global]\n'),
  '/etc/php-fpm.d/www.conf': old('[www]\nlisten = /run/php-fpm/www.sock\n'),
};
const arch: Record<string, TestFile> = {
  [red]: { text: '\x7fELF', bornAt: 1 },
  '/etc/php/php.ini': old('zend_extension=opcache'),
  '/etc/php/php-fpm.conf': old('include=/etc/php-fpm.d/*.conf\n'),
  '/etc/php-fpm.d/www.conf': old('[www]\nlisten = /run/php-fpm/www.sock\n'),
};
const layouts: [name: string, files: Record<string, TestFile>, expected: string | null][] = [
  ['Fedora', fedora, null],
  [
    'Fedora, if nothing says that the opcache is loaded',
    { ...fedora, '/etc/php.d/10-opcache.ini': old('opcache.preload=/srv/app/pre.php') },
    'settings_unknown',
  ],
  ['Fedora, frozen', { ...fedora, '/etc/php.ini': old(off) }, 'opcache_frozen'],
  ['Arch', arch, null],
  ['Arch, frozen', { ...arch, '/etc/php/php.ini': old(`zend_extension=opcache\n${off}`) }, 'opcache_frozen'],
  ['a layout that is not known', { [red]: { text: '\x7fELF' } }, 'settings_unknown'],
];
for (const [name, files, expected] of layouts) {
  test(`PHP-FPM: the places of ${name}: ${expected}`, () => {
    // A folder is there if a file is in it.
    const folders = { '/etc/php.d': { kind: 'folder' as const }, '/etc/php-fpm.d': { kind: 'folder' as const } };
    const command = {
      ...{
        path: red,
        words: ['--nodaemonize'],
        isWhole: true,
        environment: '',
        hasEnvironmentFiles: false,
        folder: '/',
      },
    };
    assert.equal(judge({ program: red }, { command }, { ...folders, ...files }), expected);
  });
}

const elsewhere: [program: string, files: Record<string, TestFile>, expected: string][] = [
  ['/opt/remi/php82/root/usr/sbin/php-fpm', {}, 'settings_unknown'],
  ['/usr/bin/php-fpm-legacy', {}, 'settings_unknown'],
  [
    '/usr/sbin/php-fpm8.5',
    { '/etc/php/8.5/fpm/php.ini': old('opcache.preload=/srv/app/pre.php'), ...born(later) },
    'reborn /srv/app/pre.php, shared, else opcache_frozen',
  ],
  ['/usr/sbin/php-fpm8.10', { '/etc/php/8.10/fpm/php.ini': old(off) }, 'opcache_frozen'],
];
for (const [program, files, expected] of elsewhere) {
  test(`PHP-FPM: ${program}: ${expected}`, () => {
    const version = /[0-9.]+$/.exec(program)?.[0];
    const pools =
      version === undefined ? {} : { [`/etc/php/${version}/fpm/php-fpm.conf`]: old('[www]\nuser = www-data\n') };
    const command = {
      ...{ path: program, words: [], isWhole: true, environment: '', hasEnvironmentFiles: false, folder: '/' },
    };
    const host = { [program]: { text: '\x7fELF', bornAt: 1 }, ...pools, ...files };
    assert.equal(judge({ program, oldestForkAt: began + 10 }, { command }, host), expected);
  });
}

const apache: [name: string, files: Record<string, TestFile>, expected: string | null][] = [
  ['as it is installed', {}, null],
  ['frozen', { '/etc/php/8.2/apache2/php.ini': old(off) }, 'opcache_frozen'],
  ['edited since', { '/etc/php/8.2/apache2/php.ini': { text: '', modifiedAt: later } }, 'settings_unknown'],
  ['another php.ini for it alone', { '/etc/php/8.2/apache2/php-apache2handler.ini': old(off) }, 'settings_unknown'],
  ['another module since', { '/etc/apache2/mods-enabled': { kind: 'folder', modifiedAt: later } }, 'settings_unknown'],
  ['modules that nobody can list', { '/etc/apache2/mods-enabled': { kind: 'unknown' } }, 'settings_unknown'],
  ['two versions', { '/etc/apache2/mods-enabled/php8.4.load': old('') }, 'settings_unknown'],
];
for (const [name, files, expected] of apache) {
  test(`PHP in Apache: ${name}: ${expected}`, () => {
    const host = {
      '/etc/apache2/mods-enabled': { kind: 'folder' as const },
      '/etc/apache2/mods-enabled/php8.2.load': old(''),
      '/etc/php/8.2/apache2/php.ini': old(''),
      '/etc/php/8.2/apache2/conf.d': { kind: 'folder' as const },
      '/etc/php/8.2/apache2/conf.d/10-opcache.ini': old('zend_extension=opcache.so'),
    };
    const command = {
      ...{ path: '/usr/sbin/apachectl', words: ['start'], isWhole: true, environment: '', folder: '/' },
      hasEnvironmentFiles: false,
    };
    assert.equal(judge({ program: '/usr/sbin/apache2' }, { command }, { ...host, ...files }), expected);
  });
}

const plain: [name: string, files: Record<string, TestFile>, expected: boolean][] = [
  ['with PHP', { '/etc/apache2/mods-enabled/php8.2.load': old('') }, true],
  ['without PHP', {}, false],
  [
    'with two versions',
    { '/etc/apache2/mods-enabled/php8.2.load': old(''), '/etc/apache2/mods-enabled/php8.4.load': old('') },
    true,
  ],
  ['with modules that nobody can list', { '/etc/apache2/mods-enabled': { kind: 'unknown' } }, true],
  [
    'whose PHP may have been taken away since',
    { '/etc/apache2/mods-enabled': { kind: 'folder', modifiedAt: later } },
    true,
  ],
];
for (const [name, files, expected] of plain) {
  test(`an Apache ${name} may have PHP in it: ${expected}`, () => {
    const host = { '/etc/php': { kind: 'folder' as const }, '/etc/apache2/mods-enabled': { kind: 'folder' as const } };
    assert.equal(mayHavePhp(began, filesOf({ ...host, ...files })), expected);
    const { '/etc/php': _, ...withoutPhp } = host;
    assert.equal(mayHavePhp(began, filesOf({ ...withoutPhp, ...files })), false, 'a host without PHP');
  });
}

function judge(
  main: Partial<MainProcess>,
  start: Partial<UnitStart>,
  files: Readonly<Record<string, TestFile>>,
): string | null {
  const judged = judgeMain(
    { unit: 'php.service', program: fpm, commandLine: '', isGone: false, beganAt: began, oldestForkAt: null, ...main },
    {
      ...{ mainPid: 1, controlGroup: '/', needsReload: false, hasOwnFiles: false, changedAt: null, command: null },
      ...start,
    },
    filesOf(files),
    0,
  );
  if (judged === null) return null;
  if ('unjudged' in judged) return judged.unjudged;
  if (judged.kind !== 'script') return judged.kind;
  const shared = judged.isShared ? ', shared' : '';
  return `${judged.how} ${judged.path}${shared}${judged.otherwise ? `, else ${judged.otherwise}` : ''}`;
}
