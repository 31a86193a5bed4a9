// The main process of a service, its command and the files on disk -> what is outdated, or why nobody can say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeMain } from '../../src/outdated/judge.ts';
import type { MainProcess } from '../../src/outdated/main-process.ts';
import type { UnitStart } from '../../src/systemd/unit-start.ts';
import { filesOf, type TestFile } from '../support/host-files.ts';

const began = 1_000_000;
const later = began + 60_000;
const python = '/usr/bin/python3.11';
const system: Record<string, TestFile> = {
  '/usr/bin/python3': { to: python },
  [python]: { text: '\x7fELF', bornAt: 1 },
  '/usr/bin/perl': { text: '\x7fELF', bornAt: 1 },
  '/bin/sh': { to: '/usr/bin/dash' },
  '/usr/bin/dash': { text: '\x7fELF', bornAt: 1 },
};
const script = (text: string, times: TestFile = { bornAt: later }): TestFile => ({ text, ...times });

interface Case {
  start: string;
  files: Record<string, TestFile>;
  program?: string;
  unit?: string;
  main?: Partial<MainProcess>;
  more?: Partial<UnitStart>;
  /** The folder in which the unit starts its program; / if it is left out. */
  folder?: string | null;
  /** Environment=. */
  environment?: string;
  /** `how path`, a reason, or null. */
  expected: string | null;
}

const cases: Record<string, Case> = {
  'a script that is newer': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3 -Es\n') },
    expected: 'reborn /usr/bin/a',
  },
  'by way of env': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/env -S python3 -u\n') },
    expected: 'reborn /usr/bin/a',
  },
  'by way of a link': {
    start: '/usr/sbin/a',
    files: { '/usr/sbin/a': { to: '/usr/share/a/a.py' }, '/usr/share/a/a.py': script('#!/usr/bin/python3\n') },
    expected: 'reborn /usr/share/a/a.py',
  },
  'an older script': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n', { bornAt: began - 1 }) },
    expected: null,
  },
  'a script that was made in the seconds of the start': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n', { bornAt: began + 1999 }) },
    expected: null,
  },
  'a script that was edited in place': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n', { bornAt: 1, modifiedAt: later }) },
    expected: 'modified /usr/bin/a',
  },
  'a file system without births': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n', { bornAt: null, modifiedAt: later }) },
    expected: 'no_birth',
  },
  'a process whose start is not known': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n') },
    main: { beganAt: null },
    expected: 'no_birth',
  },
  'a script of another interpreter': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/bin/sh\nexec python3 x\n') },
    expected: 'not_its_script',
  },
  'a script of nobody knows what': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/opt/own/thing\n') },
    expected: 'not_its_script',
  },
  'an argument of the interpreter': {
    start: '/usr/bin/python3 -u /srv/a.py',
    files: { '/srv/a.py': script('') },
    expected: 'reborn /srv/a.py',
  },
  'a file without a mark of the language': {
    start: '/usr/bin/python3 /srv/a.conf',
    files: { '/srv/a.conf': script('[a]\n') },
    expected: 'no_script',
  },
  'a file with a mark in its first line': {
    start: '/usr/bin/python3 /srv/a',
    files: { '/srv/a': script('#!/usr/bin/env python3\n') },
    expected: 'reborn /srv/a',
  },
  'a program with many names': {
    start: '/usr/sbin/inetd -f /etc/inetd.sh',
    files: {
      '/usr/sbin/inetd': { to: '/bin/busybox' },
      '/bin/busybox': { text: '\x7fELF' },
      '/etc/inetd.sh': script('x'),
    },
    program: '/bin/busybox',
    expected: 'not_its_script',
  },
  'a process whose arguments name another script': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/bin/sh\n'), '/usr/lib/b.sh': script('#!/bin/sh\n', { bornAt: 1 }) },
    program: '/usr/bin/dash',
    main: { commandLine: '/bin/sh\0/usr/lib/b.sh\0' },
    expected: 'not_its_script',
  },
  'a process whose arguments name the old script of its unit': {
    start: '/usr/bin/python3 /srv/new.py',
    files: { '/srv/new.py': script('') },
    main: { commandLine: '/usr/bin/python3\0/srv/old.py\0' },
    expected: 'not_its_script',
  },
  'a process whose arguments are a program text': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/bin/sh\n') },
    program: '/usr/bin/dash',
    main: { commandLine: 'sh\0-c\0sleep 9\0' },
    expected: 'not_its_script',
  },
  'a process whose arguments name the script by another link': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': { to: '/srv/a.py' }, '/srv/a.py': script('#!/usr/bin/python3\n') },
    main: { commandLine: '/usr/bin/python3\0-Es\0/srv/a.py\0start\0' },
    expected: 'reborn /srv/a.py',
  },
  'a process that set its title': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n') },
    main: { commandLine: 'a: ready\0\0\0' },
    expected: 'reborn /usr/bin/a',
  },
  'a process that was told to run the module': {
    start: '/usr/bin/python3 -m a.b',
    files: { '/usr/lib/python3/dist-packages/a/b.py': script('') },
    main: { commandLine: '/usr/bin/python3\0-m\0a.b\0' },
    expected: 'reborn /usr/lib/python3/dist-packages/a/b.py',
  },
  'an argument that leads up from a folder': {
    start: '/usr/bin/python3 bin/../a.py',
    files: { '/srv/app/a.py': script('') },
    folder: '/srv/app',
    expected: 'no_script',
  },
  'an argument in the folder of the unit': {
    start: '/usr/bin/python3 ./a.py',
    files: { '/srv/app/a.py': script(''), '/a.py': script('', { bornAt: 1 }) },
    folder: '/srv/app',
    main: { commandLine: '/usr/bin/python3\0./a.py\0' },
    expected: 'reborn /srv/app/a.py',
  },
  'an argument in the root folder': {
    start: '/usr/bin/python3 a.py',
    files: { '/a.py': script('') },
    expected: 'reborn /a.py',
  },
  'an argument in a folder that is not known': {
    start: '/usr/bin/python3 a.py',
    files: { '/a.py': script('') },
    folder: null,
    expected: 'no_script',
  },
  'a module in the folder of the unit, before those of the system': {
    start: '/usr/bin/python3 -m a',
    files: { '/srv/app/a.py': script('', { bornAt: 1 }), '/usr/lib/python3/dist-packages/a.py': script('') },
    folder: '/srv/app',
    expected: null,
  },
  'a module, if Python does not look in its folder': {
    start: '/usr/bin/python3 -sP -m a',
    files: { '/srv/app/a.py': script('', { bornAt: 1 }), '/usr/lib/python3/dist-packages/a.py': script('') },
    folder: '/srv/app',
    expected: 'reborn /usr/lib/python3/dist-packages/a.py',
  },
  'a module, if the unit says that Python does not look in its folder': {
    ...{ start: '/usr/bin/python3 -sm a', environment: 'A=b PYTHONSAFEPATH=1', folder: '/srv/app' },
    files: { '/srv/app/a.py': script(''), '/usr/lib/python3/dist-packages/a.py': script('') },
    expected: 'reborn /usr/lib/python3/dist-packages/a.py',
  },
  'a module, if Python does not read the variables of the unit': {
    ...{ start: '/usr/bin/python3 -E -m a', environment: '"PYTHONSAFEPATH=1"', folder: '/srv/app' },
    files: { '/srv/app/a.py': script(''), '/usr/lib/python3/dist-packages/a.py': script('') },
    expected: 'reborn /srv/app/a.py',
  },
  'a module, if the variable is empty': {
    ...{ start: '/usr/bin/python3 -m a', environment: 'PYTHONSAFEPATH= B=1', folder: '/srv/app' },
    files: { '/srv/app/a.py': script(''), '/usr/lib/python3/dist-packages/a.py': script('') },
    expected: 'reborn /srv/app/a.py',
  },
  'a module, if this Python does not know the variable': {
    ...{ start: '/usr/bin/python3 -m a', environment: 'PYTHONSAFEPATH=1', folder: '/srv/app' },
    files: {
      ...{ '/usr/bin/python3': { to: '/usr/bin/python3.9' }, '/usr/bin/python3.9': { text: '\x7fELF', bornAt: 1 } },
      ...{ '/srv/app/a.py': script(''), '/usr/lib/python3/dist-packages/a.py': script('') },
    },
    program: '/usr/bin/python3.9',
    expected: 'reborn /srv/app/a.py',
  },
  'a module with an option of its own': {
    start: '/usr/bin/python3 -u -m a -P',
    files: { '/srv/app/a.py': script('', { bornAt: 1 }), '/usr/lib/python3/dist-packages/a.py': script('') },
    folder: '/srv/app',
    expected: null,
  },
  'a module, if the folder is not known': {
    start: '/usr/bin/python3 -m a',
    files: { '/usr/lib/python3/dist-packages/a.py': script('') },
    folder: null,
    expected: 'no_script',
  },
  'a program text': { start: '/usr/bin/python3 -c pass', files: {}, expected: 'no_script' },
  'a module of the distribution': {
    start: '/usr/bin/python3 -m a.b',
    files: { '/usr/lib/python3/dist-packages/a/b.py': script('') },
    expected: 'reborn /usr/lib/python3/dist-packages/a/b.py',
  },
  'a package that is run as a module': {
    start: '/usr/bin/python3 -m a',
    files: { '/usr/lib/python3.11/site-packages/a/__main__.py': script('') },
    expected: 'reborn /usr/lib/python3.11/site-packages/a/__main__.py',
  },
  'a module of a virtual environment': {
    start: '/srv/venv/bin/python -m a',
    files: {
      '/srv/venv/bin/python': { to: python },
      '/srv/venv/pyvenv.cfg': {},
      '/srv/venv/lib/python3.11/site-packages/a.py': script(''),
      '/usr/lib/python3/dist-packages/a.py': script('', { bornAt: 1 }),
    },
    expected: 'reborn /srv/venv/lib/python3.11/site-packages/a.py',
  },
  'a script of a virtual environment': {
    start: '/srv/venv/bin/gunicorn app',
    files: { '/srv/venv/bin/gunicorn': script('#!/srv/venv/bin/python3\n') },
    expected: 'reborn /srv/venv/bin/gunicorn',
  },
  'a module with a path for a name': {
    start: '/usr/bin/python3 -m ../../etc/x',
    files: {},
    expected: 'no_script',
  },
  'a script that is gone from disk': { start: '/usr/bin/a', files: {}, expected: 'unreadable' },
  'a script at which we must not look': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': { kind: 'unknown' } },
    expected: 'unreadable',
  },
  'a folder or a pipe in place of the script': {
    start: '/usr/bin/python3 /srv/a.py',
    files: { '/srv/a.py': { kind: 'folder', bornAt: later } },
    expected: 'unreadable',
  },
  'a program that is no interpreter': {
    start: '/usr/sbin/a',
    files: { '/usr/sbin/a': {} },
    program: '/usr/sbin/a',
    expected: null,
  },
  'a unit that changed on disk': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n') },
    more: { needsReload: true },
    expected: 'unit_changed',
  },
  'a service with mounts of its own': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n') },
    more: { hasOwnFiles: true },
    expected: 'own_files',
  },
  'a service that was reloaded since': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n') },
    more: { changedAt: later + 1 },
    expected: 'reloaded',
  },
  'a service that became ready before': {
    start: '/usr/bin/a',
    files: { '/usr/bin/a': script('#!/usr/bin/python3\n') },
    more: { changedAt: later - 3000 },
    expected: 'reborn /usr/bin/a',
  },
  'a snap that was refreshed': {
    ...{ start: '/usr/bin/snap run x.y', program: '/snap/x/12/bin/y', unit: 'snap.x.y.service' },
    files: { '/snap/x/current': { to: '13' } },
    expected: 'snap /snap/x/12',
  },
  'a snap that is current': {
    ...{ start: '/usr/bin/snap run x.y', program: '/snap/x/12/bin/y', unit: 'snap.x.y.service' },
    files: { '/snap/x/current': { to: '/snap/x/12' }, '/usr/bin/snap': {} },
    expected: null,
  },
  "a program at a snap's path in another unit": {
    ...{ start: '/usr/bin/run', program: '/snap/x/12/bin/y', unit: 'cron.service' },
    files: { '/snap/x/current': { to: '13' }, '/usr/bin/run': {} },
    expected: null,
  },
  'a link of a snap that leads anywhere': {
    ...{ start: '/usr/bin/snap run x.y', program: '/snap/x/12/bin/y', unit: 'snap.x.y.service' },
    files: { '/snap/x/current': { to: '/etc' }, '/usr/bin/snap': {} },
    expected: null,
  },
  'another folder of a deployment': {
    ...{ start: '/opt/app/current/bin/x', program: '/opt/app/releases/1/bin/x' },
    files: {
      '/opt/app/current': { to: '/opt/app/releases/2' },
      '/opt/app/releases/2/bin/x': { text: '\x7fELF' },
    },
    expected: 'deployment /opt/app/releases/1',
  },
  'the current folder of a deployment': {
    ...{ start: '/opt/app/current/bin/x', program: '/opt/app/releases/2/bin/x' },
    files: { '/opt/app/current': { to: '/opt/app/releases/2' }, '/opt/app/releases/2/bin/x': { text: '\x7fELF' } },
    expected: null,
  },
  'a script in a deployment that runs another program': {
    ...{ start: '/opt/app/current/bin/x', program: '/opt/app/releases/1/bin/x' },
    files: { '/opt/app/current': { to: '/opt/app/releases/2' }, '/opt/app/releases/2/bin/x': { text: '#!/bin/sh' } },
    expected: null,
  },
  'a program that is not beside': {
    ...{ start: '/opt/app/current/bin/x', program: '/srv/1/bin/x' },
    files: { '/opt/app/current': { to: '/opt/app/releases/2' }, '/opt/app/releases/2/bin/x': { text: '\x7fELF' } },
    expected: null,
  },
  'another item of a store': {
    ...{ start: `/nix/store/${'b'.repeat(32)}-x-1.1/bin/x`, program: `/nix/store/${'a'.repeat(32)}-x-1.0/bin/x` },
    files: { [`/nix/store/${'b'.repeat(32)}-x-1.1/bin/x`]: { text: '\x7fELF' } },
    expected: `store /nix/store/${'a'.repeat(32)}-x-1.0`,
  },
  'a wrapper in a store': {
    ...{ start: `/nix/store/${'b'.repeat(32)}-x/bin/x`, program: `/nix/store/${'a'.repeat(32)}-x-1.0/bin/x` },
    files: { [`/nix/store/${'b'.repeat(32)}-x/bin/x`]: { text: `\x7fELF /nix/store/${'a'.repeat(32)}-x-1.0/bin/x` } },
    expected: null,
  },
  'an item of a store with another name': {
    ...{ start: `/nix/store/${'b'.repeat(32)}-x-env/bin/x`, program: `/nix/store/${'a'.repeat(32)}-x-1.0/bin/x` },
    files: { [`/nix/store/${'b'.repeat(32)}-x-env/bin/x`]: { text: '\x7fELF' } },
    expected: null,
  },
};

for (const [
  name,
  {
    start,
    files,
    program = python,
    unit = 'a.service',
    main = {},
    more = {},
    folder = '/',
    environment = '',
    expected,
  },
] of Object.entries(cases)) {
  test(`judge: ${name}: ${expected}`, () => {
    const [path = '', ...words] = start.split(' ');
    const judged = judgeMain(
      { unit, program, commandLine: '', isGone: false, beganAt: began, oldestForkAt: null, ...main },
      {
        mainPid: 1,
        controlGroup: '/',
        needsReload: false,
        hasOwnFiles: false,
        changedAt: null,
        command: { path, words, folder, isWhole: true, environment, hasEnvironmentFiles: false },
        ...more,
      },
      filesOf({ ...system, ...files }),
      0,
    );
    const told =
      judged === null
        ? null
        : 'unjudged' in judged
          ? judged.unjudged
          : `${judged.kind === 'script' ? judged.how : judged.kind} ${judged.path}`;
    assert.equal(told, expected);
  });
}
