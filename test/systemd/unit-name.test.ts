// Names -> their kind by systemd's grammar, and their unescaped form.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  classifyUnitName,
  isSliceName,
  isUnitName,
  unescapeCgroupName,
  unescapeUnitNamePart,
} from '../../src/systemd/unit-name.ts';

const kinds: [name: string, kind: ReturnType<typeof classifyUnitName>][] = [
  ['systemd-journald.service', 'plain'],
  ['a.b.c.service', 'plain'],
  ['-.mount', 'plain'],
  ['-.slice', 'plain'],
  ['dev-disk-by\\x2did.swap', 'plain'],
  ['.service.service', 'plain'],
  ['dbus-:1.3-org.x@0.service', 'instance'],
  ['postgresql@15-main.service', 'instance'],
  ['a@b@c.service', 'instance'],
  ['a@@.service', 'instance'],
  ['getty@.service', 'template'],
  ['@.service', null],
  ['@a.service', null],
  ['', null],
  ['.service', null],
  ['cron', null],
  ['cron.service.d', null],
  ['cron.Service', null],
  ['cron.snapshot', null],
  ['a b.service', null],
  ['a/b.service', null],
  ['a#.service', null],
  ['a@b#c.service', null],
  ['caf\xc3\xa9.service', null],
  ['cron.service\n', null],
  [`${'x'.repeat(247)}.service`, 'plain'],
  [`${'x'.repeat(248)}.service`, null],
];
for (const type of 'service socket target device mount automount swap timer path slice scope'.split(' ')) {
  kinds.push([`a.${type}`, 'plain']);
}

for (const [name, kind] of kinds) {
  test(`classifyUnitName: ${JSON.stringify(name).slice(0, 40)} (${name.length})`, () => {
    assert.equal(classifyUnitName(name), kind);
    assert.equal(isUnitName(name), kind === 'plain' || kind === 'instance');
  });
}

test('isSliceName: only plain slices', () => {
  const names = [
    'system.slice',
    'user-1000.slice',
    '-.slice',
    'a@b.slice',
    'a@.slice',
    'a.service',
    '.slice',
    'é.slice',
  ];
  assert.deepEqual(names.filter(isSliceName), ['system.slice', 'user-1000.slice', '-.slice']);
});

test('unescapeCgroupName: one underscore at the front', () => {
  const names = ['_cpu.service', '__x.service', '_', 'a_b.service', ''];
  assert.deepEqual(names.map(unescapeCgroupName), ['cpu.service', '_x.service', '', 'a_b.service', '']);
});

test('unescapeUnitNamePart: hex escapes, and nothing else', () => {
  const parts = ['qemu\\x2d1\\x2dweb', 'a-b', 'x\\xzz\\x2', '\\xc3\\xa9'];
  assert.deepEqual(parts.map(unescapeUnitNamePart), ['qemu-1-web', 'a-b', 'x\\xzz\\x2', '\xc3\xa9']);
});
