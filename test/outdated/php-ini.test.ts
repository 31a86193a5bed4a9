// Lines of php.ini and of pools, and the settings in them. Each row was tried on PHP-FPM 8.2 of Debian 12 by ini_get(), unless nothing is
// known of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOn, parseIni } from '../../src/outdated/php-ini.ts';

/** `key` is opcache.validate_timestamps. null: nothing is known of the whole file. */
const rows: [name: string, text: string, told: string[] | null][] = [
  ['a number', 'key=0', ['key 0']],
  ['blanks and a comment', '  key = "0" ; comment', ['key 0']],
  ['a comment without a blank', 'key=1;key=0', ['key 1']],
  ['a single quote', "key='0'", ['key 0']],
  ['a semicolon in a string', 'key="a;b"', ['key a;b']],
  ['nothing', 'key =', ['key ']],
  ['a word', 'key = None', ['key None']],
  ['a key alone', 'key', []],
  ['a line that was commented out', ';key=0', []],
  ['a hash is no comment, and the key is another one', '# key=0', ['# key 0']],
  ['upper case is another key', 'KEY=0', ['KEY 0']],
  ['a computation', 'key=!1', ['key ?']],
  ['another one', 'key=1&2', ['key ?']],
  ['a variable', `key=\${NOPE}`, ['key ?']],
  ['a variable in a string', `key="\${NOPE}"`, ['key ?']],
  ['a path', 'key=/srv/my-app/pre.php', ['key /srv/my-app/pre.php']],
  ['lines of another system', 'key=0\r\nother=1\r\n', ['key 0', 'other 1']],
  ['a section', '[PATH=/srv/app] ; x\nkey=0', ['PATH=/srv/app: key 0']],
  ['a setting of a pool', '[www]\nphp_admin_value[key] = 0', ['www: php_admin_value[key] 0']],
  ['a string over several lines', 'other="a\nkey=0\n"', null],
  ['a string without an end', 'key=0\nother = ("\nkey=1', null],
  ['an apostrophe, which may begin a string', "other = don't\nkey=0", null],
];
for (const [name, text, told] of rows) {
  test(`php.ini: ${name}`, () => {
    const entries = parseIni(text);
    const lines = entries?.map(({ section, key, value }) => `${section && `${section}: `}${key} ${value ?? '?'}`);
    assert.deepEqual(lines ?? null, told);
  });
}

const words: [value: string, on: boolean][] = [
  ['1', true],
  ['2', true],
  ['-1', true],
  ['On', true],
  ['yes', true],
  ['TRUE', true],
  ['0', false],
  ['off', false],
  ['None', false],
  ['', false],
  ['0x0', false],
  ['enabled', false],
];
for (const [value, on] of words) test(`a switch: "${value}"`, () => assert.equal(isOn(value), on));
