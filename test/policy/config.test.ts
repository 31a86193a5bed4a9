// A rule that can never apply is an error with its file and line.

import { throws } from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { LibUsersError } from '../../src/errors.ts';

const rows: readonly (readonly [rule: string, error: RegExp])[] = [
  ['{unit: nginx, action: manual, reason: r}', /^\/etc\/c\.yaml:5: .*policy.*unit.*ends like this/],
  ['{unit: "my app.service", action: manual, reason: r}', /^\/etc\/c\.yaml:5: .*character " "/],
  ['{unit: "[a.service", action: manual, reason: r}', /^\/etc\/c\.yaml:5: .*never closed/],
  ['{unit: a.service, action: signal, reason: r}', /^\/etc\/c\.yaml:5: .*needs the signal/],
  ['{unit: a.service, action: signal, signal: HUPP, reason: r}', /^\/etc\/c\.yaml:5: .*no signal HUPP/],
  ['{unit: a.service, action: manual, signal: HUP, reason: r}', /^\/etc\/c\.yaml:5: .*sends no signal/],
  ['{action: manual, reason: r}', /^\/etc\/c\.yaml:5: .*unit or a path/],
  ['{unit: a.service, action: manual}', /^\/etc\/c\.yaml:5: .*reason/],
  ['{unit: a.service, action: reexec, reason: r}', /^\/etc\/c\.yaml:5: .*restart, reload, signal/],
];

for (const [rule, error] of rows) {
  test(rule, () => {
    const text = `kind: lib-users/config\nschema_version: 1.0.0\npolicy:\n  - {unit: "a*", action: manual, reason: r}\n  - ${rule}\n`;
    throws(
      () => parseConfig(text, '/etc/c.yaml'),
      (thrown: unknown) => thrown instanceof LibUsersError && thrown.exitCode === 2 && error.test(thrown.message),
    );
  });
}
