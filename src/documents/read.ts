// A file, standard input or a line of NDJSON -> a document of a known kind that meets its schema.

import { didYouMean } from '../did-you-mean.ts';
import { LibUsersError } from '../errors.ts';
import { readInput, sourceName } from '../input.ts';
import type { Drift } from './generated/drift.ts';
import type { ErrorDocument } from './generated/error.ts';
import type { Report } from './generated/report.ts';
import type { SchemaName } from './generated/schemas.ts';
import { schemaVersions } from './generated/versions.ts';
import { locateJsonError } from './json-position.ts';
import { validateReadDocument } from './newer-version.ts';

/** Not from the schemas themselves, whose texts would be loaded with them. */
const schemaNames = Object.keys(schemaVersions) as SchemaName[];

/** The kinds that can be read back. */
export interface Documents {
  report: Report;
  drift: Drift;
  error: ErrorDocument;
}

/** Reads `source` (a path, or - for standard input), which must be one of `kinds`. The caller tells them apart by `kind`. */
export async function readDocument<K extends keyof Documents>(source: string, ...kinds: K[]): Promise<Documents[K]> {
  return parseDocument(readInput(source), sourceName(source), ...kinds);
}

/** Does the same with a text in memory; `name` says in messages where the text is from. Throws invalid_document. */
export async function parseDocument<K extends keyof Documents>(
  text: string,
  name: string,
  ...kinds: K[]
): Promise<Documents[K]> {
  const document = parseJson(text, name);
  const kind = kindOf(document, name);
  if (!(kinds as string[]).includes(kind)) {
    const wanted = kinds.map((each) => `lib-users/${each}`).join(' or ');
    const hint = kind === 'error' ? 'the command that wrote it had failed' : null;
    throw new LibUsersError('invalid_document', `${name} is a lib-users/${kind}, not a ${wanted}`, hint);
  }
  const violation = await validateReadDocument(kind, document);
  if (violation) {
    const message = `${name} is not valid at ${violation.where}: ${violation.message}`;
    throw new LibUsersError('invalid_document', message, null);
  }
  return document as Documents[K];
}

/** @param name null if the message follows the name; @param firstLine where in the input the text begins */
export function parseJson(text: string, name: string | null, firstLine = 1): unknown {
  if (text.trim() === '') {
    throw new LibUsersError('invalid_document', `${name ?? 'it'} is empty`, 'expected a JSON document');
  }
  try {
    return JSON.parse(text);
  } catch {
    const { line, column, cutOff, isSecond } = locateJsonError(text);
    const what = cutOff ? 'the text is cut off' : isSecond ? 'a second document begins' : 'this is not JSON';
    const place = [...(name === null ? [] : [name]), `line ${line + firstLine - 1}`, `column ${column}`].join(', ');
    throw new LibUsersError(
      'invalid_document',
      `${place}: ${what}`,
      isSecond ? 'give one document at a time' : remedyOf(text),
    );
  }
}

const configuration = /^kind: *["']?lib-users\/config/m;

function remedyOf(text: string): string | null {
  return configuration.test(text) ? 'a configuration is checked by lib-users rules --config FILE' : null;
}

/** The kind, if it is one of ours in a version that we can read. */
export function kindOf(document: unknown, name: string): SchemaName {
  const { kind, schema_version: version } = (document ?? {}) as { kind?: unknown; schema_version?: unknown };
  if (typeof kind !== 'string') {
    const hint = 'expected a JSON object with "kind": "lib-users/…"';
    throw new LibUsersError('invalid_document', `${name} is no document of lib-users: it has no kind`, hint);
  }
  const known = schemaNames.find((each) => kind === `lib-users/${each}`);
  if (known === undefined) {
    const hint = didYouMean(
      kind,
      schemaNames.map((each) => `lib-users/${each}`),
    );
    throw new LibUsersError('invalid_document', `${name} is of the unknown kind ${JSON.stringify(kind)}`, hint);
  }
  const major = typeof version === 'string' ? /^(\d+)\.\d+\.\d+$/.exec(version)?.[1] : undefined;
  if (major !== undefined && major !== '1') {
    const message = `${name} has schema_version ${version}, and this lib-users reads 1.x of lib-users/${known}`;
    const hint = Number(major) > 1 ? 'update lib-users' : 'write it anew with a current lib-users';
    throw new LibUsersError('invalid_document', message, hint);
  }
  return known;
}
