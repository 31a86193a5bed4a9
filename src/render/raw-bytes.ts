// A string of a document and its `…_base64` sibling -> the text for a person. The raw bytes say more than U+FFFD, so
// a byte that is no UTF-8 comes out as \xff. Source of truth: RFC 3629, section 4 (syntax of UTF-8 byte sequences).

import { fromBase64 } from '../procfs/bytes.ts';
import { sanitize } from './sanitize.ts';

// Well-formed UTF-8, one unit a byte, for as long as possible; otherwise (captured) one byte that belongs to no sequence.
const utf8OrByte =
  /(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+|([\x80-\xff])/g;

/** `path`, sanitized; with its raw bytes if it is not valid UTF-8. A plan before 1.5 does not have them. */
export function sanitizePath({
  path,
  path_base64: base64 = null,
}: {
  path: string;
  path_base64?: string | null | undefined;
}): string {
  return base64 === null ? sanitize(path) : sanitizeBytes(fromBase64(base64));
}

/** The arguments joined by blanks, sanitized; with their raw bytes if they are not valid UTF-8. */
export function sanitizeCommand(process: { command: string[]; command_base64: string | null }): string {
  if (process.command_base64 === null) return sanitize(process.command.join(' '));
  return sanitizeBytes(trimNuls(fromBase64(process.command_base64)).replaceAll('\0', ' '));
}

// Not /\0+$/, because that begins anew at each NUL, and a report may hold millions.
function trimNuls(bytes: string): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === '\0') end--;
  return bytes.slice(0, end);
}

function sanitizeBytes(bytes: string): string {
  return bytes.replace(utf8OrByte, (run: string, byte: string | undefined) =>
    byte === undefined
      ? sanitize(Buffer.from(run, 'latin1').toString('utf8'))
      : `\\x${byte.charCodeAt(0).toString(16)}`,
  );
}
