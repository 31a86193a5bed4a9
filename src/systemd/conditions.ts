// The texts of a unit file and its drop-ins -> the unit's conditions and assertions. systemctl show does not print them. systemd.unit(5)
// (Conditions and Asserts), systemd.syntax(7), src/shared/condition.c and config_parse_unit_condition_path() in systemd's source.

import type { Bytes } from '../procfs/bytes.ts';

/** The checks that a look at a path answers. */
const pathChecks = {
  PathExists: 'exists',
  PathExistsGlob: 'exists',
  PathIsDirectory: 'directory',
  FileNotEmpty: 'not_empty',
} as const;

export type PathCheck = (typeof pathChecks)[keyof typeof pathChecks];

export interface Condition {
  /** null for a check of something else than a path, and for a path that is not known. */
  check: PathCheck | null;
  path: Bytes;
  negated: boolean;
  /** With `|`: one of these has to hold, and not each of them. */
  triggering: boolean;
}

/** read_line_full() of systemd takes each of these for the end of a line, and a pair of two for one. */
const lineEnd = /\r\n?|\n\r?|\0/;

export interface Conditions {
  conditions: Condition[];
  assertions: Condition[];
}

const setting = /^(Condition|Assert)([A-Za-z0-9]+)[ \t]*=[ \t]*(.*)$/;

/** @param texts the unit file first, then the drop-ins in the order in which systemd applies them */
export function parseConditions(texts: readonly Bytes[]): Conditions {
  const found: Conditions = { conditions: [], assertions: [] };
  for (const text of texts) {
    let section = '';
    for (const line of joinLines(text)) {
      if (line.startsWith('[')) section = line;
      const [, kind, name = '', value = ''] = (section === '[Unit]' && setting.exec(line)) || [];
      if (kind === undefined) continue;
      const list = kind === 'Condition' ? found.conditions : found.assertions;
      // An empty value forgets all that were set before, of whatever name.
      if (value === '') list.length = 0;
      else list.push(parseCondition(name, value));
    }
  }
  return found;
}

const byteOrderMark = '\xef\xbb\xbf';

/**
 * Yields lines without blanks around them. A backslash at the end of a line joins the next line, unless another backslash escapes it,
 * and comments do not count.
 */
function* joinLines(text: Bytes): Generator<Bytes> {
  let begun = '';
  const whole = text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
  for (const line of whole.split(lineEnd)) {
    if (/^[ \t]*[#;]/.test(line)) continue;
    if (/(?:^|[^\\])(?:\\\\)*\\$/.test(line)) begun += `${line.slice(0, -1)} `;
    else {
      yield trim(begun + line);
      begun = '';
    }
  }
  yield trim(begun);
}

function trim(line: Bytes): Bytes {
  return line.replace(/^[ \t]+|[ \t]+$/g, '');
}

function parseCondition(name: string, value: Bytes): Condition {
  const [, mark, not, path = ''] = /^(\|?)[ \t]*(!?)[ \t]*(.*)$/.exec(value) ?? [];
  const check = Object.hasOwn(pathChecks, name) ? pathChecks[name as keyof typeof pathChecks] : null;
  // systemd fills in %, and a path with a wildcard may mean any path.
  const isPlain = path.startsWith('/') && !path.includes('%') && !(name === 'PathExistsGlob' && /[*?[\\]/.test(path));
  return { check: isPlain ? check : null, path, negated: not === '!', triggering: mark === '|' };
}

/**
 * Whether conditions hold, by what is known of each; null if that is not known.
 * @param holds whether one of them holds, its negation left out of account; null if that is not known
 */
export function allHold(list: readonly Condition[], holds: (condition: Condition) => boolean | null): boolean | null {
  const each = list.map((condition) => {
    const known = holds(condition);
    return { triggering: condition.triggering, holds: known === null ? null : known !== condition.negated };
  });
  const needed = each.filter(({ triggering }) => !triggering).map((one) => one.holds);
  const triggers = each.filter(({ triggering }) => triggering).map((one) => one.holds);
  const triggered = triggers.length === 0 || triggers.includes(true) ? true : triggers.includes(null) ? null : false;
  const all = [...needed, triggered];
  return all.includes(false) ? false : all.includes(null) ? null : true;
}
