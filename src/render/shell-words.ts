// An argument vector -> the line that a person may copy into a shell. POSIX sh(1), 2.2 Quoting; bash, zsh, dash and fish read
// it alike. JSON stays the form for programs.

/** None of these characters means anything to a shell, at any place of a word; `=` does to zsh at its beginning. */
const bare = /^[0-9A-Za-z_./:@%+,-][0-9A-Za-z_./:@%+,=-]*$/;
/** Within single quotes every character but the quote stands for itself. A character outside ASCII might not be what it looks like. */
const quotable = /^[\x20-\x26\x28-\x7e]+$/;

/** null if a word is not safe to copy. */
export function shellLine(argv: readonly string[]): string | null {
  const words = argv.map((word) => (bare.test(word) ? word : quotable.test(word) ? `'${word}'` : null));
  return argv.length === 0 || words.includes(null) ? null : words.join(' ');
}
