// The text of php.ini, of a file in conf.d, or of a pool of PHP-FPM -> its settings, as far as they are plain. PHP reads them all by the
// same rules: parse_ini_file(3) of PHP's manual, Zend/zend_ini_scanner.l.

export interface IniEntry {
  /** The text between the brackets of the section; '' above the first section. */
  section: string;
  /** With the brackets behind it, as in php_admin_value[opcache.enable]. Upper and lower case are different keys. */
  key: string;
  /** null if the value is no plain text, but a variable or a computation. */
  value: string | null;
}

/** Returns null if a string goes on in the next line, or may do so: then nobody knows which lines are settings. */
export function parseIni(text: string): IniEntry[] | null {
  const entries: IniEntry[] = [];
  let section = '';
  for (const line of text.split(/\r\n|[\r\n]/)) {
    const [, name] = /^[ \t]*\[([^\]]*)\]/.exec(line) ?? [];
    if (name !== undefined) {
      section = name;
      continue;
    }
    const code = withoutComment(line);
    if (code === null) return null;
    const at = code.indexOf('=');
    // A key alone sets nothing.
    if (at === -1) continue;
    entries.push({ section, key: code.slice(0, at).trim(), value: plainValue(code.slice(at + 1).trim()) });
  }
  return entries;
}

/** Returns null if a string has no end in the line. */
function withoutComment(line: string): string | null {
  const [code = ''] = /^(?:[^;"']|"(?:[^"\\]|\\.)*"|'[^']*')*/.exec(line) ?? [];
  const next = line[code.length];
  return next === undefined || next === ';' ? code.trim() : null;
}

function plainValue(text: string): string | null {
  const [, double, single, bare] = /^(?:"([^"\\$]*)"|'([^']*)'|([-\w./:,@+* ]*))$/.exec(text) ?? [];
  return double ?? single ?? bare ?? null;
}

/** zend_ini_parse_bool(). */
export function isOn(value: string): boolean {
  return /^(?:true|yes|on)$/i.test(value) || (Number.parseInt(value, 10) || 0) !== 0;
}
