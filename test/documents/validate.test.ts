import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asLibUsersError, buildErrorDocument } from '../../src/documents/error.ts';
import { assertOwnDocument, validateDocument } from '../../src/documents/validate.ts';
import { LibUsersError } from '../../src/errors.ts';
import { errorExitCodes } from '../../src/exit-codes.ts';
import { projectRoot } from '../support/project.ts';

test('validateDocument says where and what', async () => {
  const document = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/documents/error.json'), 'utf8'));
  assert.equal(await validateDocument('error', document), null);
  const rows: [change: object, pointer: string, message: RegExp][] = [
    [{ kind: 'lib-users/plan' }, '/kind', /^must be "lib-users\/error"$/],
    [{ error: { ...document.error, code: 'oops' } }, '/error/code', /^must be one of usage, /],
    [{ error: { ...document.error, exit_code: 1 } }, '/error/exit_code', /^must be >= 2$/],
    [{ extra: true }, '', /^must not have the property extra$/],
    [{ tool: undefined }, '', /^must have required property 'tool'$/],
  ];
  for (const [change, pointer, message] of rows) {
    const violation = await validateDocument('error', { ...document, ...change });
    assert.equal(violation?.pointer, pointer);
    assert.match(violation?.message ?? '', message);
  }
});

test('a document of ours that fails its schema is a defect', async () => {
  await assert.rejects(assertOwnDocument('report', {}), { code: 'internal', exitCode: 70 });
});

test('every error makes a valid document', async () => {
  const codes = Object.keys(errorExitCodes) as (keyof typeof errorExitCodes)[];
  for (const code of codes) {
    const document = buildErrorDocument(
      new LibUsersError(code, 'what', 'remedy'),
      new Date('2026-11-23T07:40:12.345Z'),
    );
    assert.equal(await validateDocument('error', document), null, code);
    assert.equal(document.generated_at, '2026-11-23T07:40:12Z');
    assert.notEqual(document.error.exit_code, 1);
  }
});

test('whatever was thrown becomes an error that can be reported', () => {
  const own = new LibUsersError('usage', 'x');
  assert.equal(asLibUsersError(own), own);
  for (const thrown of [new TypeError('x is not a function'), 'a string', null, undefined]) {
    const error = asLibUsersError(thrown);
    assert.equal(error.code, 'internal');
    assert.equal(error.exitCode, 70);
  }
  assert.match(asLibUsersError(new TypeError('no such thing')).message, /TypeError: no such thing \(at /);
});
