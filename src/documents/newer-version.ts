// A document of a later minor version -> the fields of it that this version knows. schema/README.md: a new field is a minor, and a
// reader ignores fields that he does not know. In a version that we know, an unknown field is a mistake.

import type { SchemaName } from './generated/schemas.ts';
import { schemaVersions } from './generated/versions.ts';
import { type Violation, validateDocument } from './validate.ts';

// No minor version brings so many fields. Without a bound a hostile document could keep us busy.
const maxUnknownFields = 100;

/** Whether the document says that it is of a later minor of the major that we read. */
export function isLaterMinor(name: SchemaName, document: unknown): boolean {
  const { schema_version } = (document ?? {}) as { schema_version?: unknown };
  const theirs = typeof schema_version === 'string' ? /^1\.([0-9]+)\.[0-9]+$/.exec(schema_version)?.[1] : undefined;
  return theirs !== undefined && Number(theirs) > Number(schemaVersions[name].split('.')[1]);
}

/** Returns the first violation, or null. Takes unknown fields out of a document of a later minor version. */
export async function validateReadDocument(name: SchemaName, document: unknown): Promise<Violation | null> {
  let violation = await validateDocument(name, document);
  if (violation === null || !isLaterMinor(name, document)) return violation;
  for (let fields = 0; violation !== null && violation.unknown !== null && fields < maxUnknownFields; fields++) {
    const path = violation.pointer.split('/').slice(1);
    removeField(document, path, violation.unknown);
    violation = await validateDocument(name, document);
  }
  if (violation === null) return null;
  const { schema_version } = document as { schema_version: string };
  const message = `${violation.message} (it is of version ${schema_version}, this lib-users reads ${schemaVersions[name]}: update it)`;
  return { ...violation, message };
}

/** Removes the field from all entries of a list at once, because a field of every process is one field. */
function removeField(node: unknown, path: readonly string[], field: string): void {
  if (typeof node !== 'object' || node === null) return;
  const [key, ...rest] = path;
  if (key === undefined) delete (node as Record<string, unknown>)[field];
  else if (Array.isArray(node)) for (const entry of node) removeField(entry, rest, field);
  else removeField((node as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')], rest, field);
}
