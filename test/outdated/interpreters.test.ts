// Command lines of interpreters, and the script or module that they name; programs that may be outdated though nothing is gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpreterOf, mayBeOutdated, toldBy } from '../../src/outdated/interpreters.ts';

const commands: [line: string, told: string | null][] = [
  ['python3 /opt/a.py', 'script /opt/a.py'],
  ['python3.11 -u -W ignore -X dev /opt/a.py --port 80', 'script /opt/a.py'],
  ['python3 -uBm pkg.mod', 'module pkg.mod'],
  ['python3 -m pkg.mod -x', 'module pkg.mod'],
  ['python3 -m', null],
  ['python3 -c pass /opt/a.py', null],
  ['python3 -Ic pass', null],
  ['python3 -', null],
  ['python3', null],
  ['pypy3 a.py', 'script a.py'],
  ['perl -w -I /opt/lib /opt/a.pl', 'script /opt/a.pl'],
  ['perl -T -I/opt/lib /opt/a.pl', 'script /opt/a.pl'],
  ['perl -lane print /opt/a.pl', null],
  ['ruby -r bundler/setup -I lib /opt/a.rb', 'script /opt/a.rb'],
  ['ruby3.1 -e 1', null],
  ['node --require ./x.js --max-old-space-size=4096 /opt/a.js', 'script /opt/a.js'],
  ['node -p 1', null],
  ['nodejs /opt/a.js', 'script /opt/a.js'],
  ['php8.2 -d memory_limit=1G -f /opt/a.php', 'script /opt/a.php'],
  ['php -r 1', null],
  ['bash -eu -o pipefail /opt/a.sh x', 'script /opt/a.sh'],
  ['sh -c /opt/a.sh', null],
  ['sh -ec /opt/a.sh', null],
  ['sh -- /opt/a.sh', 'script /opt/a.sh'],
  ['lua5.4 -l mod /opt/a.lua', 'script /opt/a.lua'],
  ['python3 -mpkg.mod /etc/a.conf', 'module pkg.mod'],
  ['python3 -Imhttp.server', 'module http.server'],
  ['python3 -cpass /etc/a.conf', null],
  ['python3 -Wignore -Xdev /opt/a.py', 'script /opt/a.py'],
  ['bash -ce /opt/a.sh', null],
  ['bash -s /etc/a.conf', null],
  ['sh -es /etc/a.conf', null],
  ['ruby -eputs /etc/a.conf', null],
  ['php -r1; /etc/a.conf', null],
  ['node --openssl-config /etc/a.cnf /opt/a.js', 'script /opt/a.js'],
  ['node --eval=1 /etc/a.conf', null],
  ['tclsh8.6 /opt/a.tcl', 'script /opt/a.tcl'],
  ['expect -f /opt/a.exp', 'script /opt/a.exp'],
];

for (const [line, expected] of commands) {
  test(`told: ${line}: ${expected}`, () => {
    const [program = '', ...words] = line.split(' ');
    const told = toldBy(interpreterOf(program)!, words);
    assert.equal(told && `${told.kind} ${told.name}`, expected);
  });
}

const programs: [program: string, language: string | null, mayBe: boolean][] = [
  ['/usr/bin/python3.11', 'python', true],
  ['/usr/bin/dash', 'shell', true],
  ['/usr/sbin/php-fpm8.2', null, true],
  ['/usr/sbin/php-fpm84', null, true],
  ['/usr/sbin/apache2', null, true],
  ['/usr/sbin/httpd', null, false],
  ['/usr/bin/php-cgi8.2', 'php', true],
  ['/usr/lib/jvm/java-17/bin/java', null, true],
  ['/usr/sbin/nginx', null, false],
  ['/usr/bin/pythonista', null, false],
  ['/opt/app/1/server', null, true],
  ['/snap/lxd/1/bin/lxd', null, true],
  ['/nix/store/x/bin/y', null, true],
  ['/lib/systemd/systemd', null, false],
  ['relative/python3', 'python', false],
];

for (const [program, language, mayBe] of programs) {
  test(`program: ${program}`, () => {
    assert.equal(interpreterOf(program)?.language ?? null, language);
    assert.equal(
      mayBeOutdated(program, () => true),
      mayBe,
    );
  });
}

test('outside of the folders of the system only a service can be outdated, and an interpreter anywhere', () => {
  assert.equal(
    mayBeOutdated('/opt/app/1/server', () => false),
    false,
  );
  assert.equal(
    mayBeOutdated('/opt/python/bin/python3', () => false),
    true,
  );
});
