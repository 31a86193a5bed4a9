// Lines of /proc/PID/cgroup -> records. cgroups(7).
import assert from 'node:assert/strict';
import test from 'node:test';
import { type CgroupLine, parseCgroup } from '../../src/procfs/cgroup.ts';

const rows: [name: string, content: string, expected: [number, string, string][]][] = [
  ['pure v2', '0::/system.slice/cron.service\n', [[0, '', '/system.slice/cron.service']]],
  [
    'hybrid',
    '2:cpu,cpuacct:/a\n1:name=systemd:/b\n0::/c\n',
    [
      [2, 'cpu,cpuacct', '/a'],
      [1, 'name=systemd', '/b'],
      [0, '', '/c'],
    ],
  ],
  ['colons in the path', '0::/s/dbus-:1.3-org.x@0.service\n', [[0, '', '/s/dbus-:1.3-org.x@0.service']]],
  ['colons in a v1 path', '1:name=systemd:/a:b::c\n', [[1, 'name=systemd', '/a:b::c']]],
  ['backslashes', '0::/dev-disk-by\\x2did.swap\n', [[0, '', '/dev-disk-by\\x2did.swap']]],
  ['spaces at the end', '0::/a b  \n', [[0, '', '/a b  ']]],
  ['bytes that are no UTF-8', '0::/\xff\xc3\n', [[0, '', '/\xff\xc3']]],
  ['a carriage return and a line separator are bytes of the path', '0::/a\rb\x85\n', [[0, '', '/a\rb\x85']]],
  ['outside of the cgroup namespace', '0::/../x\n', [[0, '', '/../x']]],
  ['no newline at the end', '0::/x', [[0, '', '/x']]],
  ['empty', '', []],
  [
    'odd lines between good ones',
    '0::/x\nrubbish\n3:\n:::\n-1::/n\n4:a:relative\n5:b:/y\n',
    [
      [0, '', '/x'],
      [5, 'b', '/y'],
    ],
  ],
];

for (const [name, content, expected] of rows) {
  test(`parseCgroup: ${name}`, () => {
    const lines = expected.map(([hierarchy, controllers, path]): CgroupLine => ({ hierarchy, controllers, path }));
    assert.deepEqual(parseCgroup(content), lines);
  });
}
