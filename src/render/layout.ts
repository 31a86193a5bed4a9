// Words -> lines that fit a terminal, with or without colour (ECMA-48 SGR). A word that is longer than a line gets a line
// of its own and stays whole, so that the terminal folds the word and a path can still be copied and searched for.

export interface Style {
  colour: boolean;
  /** The width of a line in cells. */
  columns: number;
}

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan';

/** Never broken. The text is already sanitized. */
export interface Word {
  text: string;
  paint: Paint | null;
}

const codes: Readonly<Record<Paint, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

export function word(text: string, paint: Paint | null = null): Word {
  return { text, paint };
}

/** A sentence that may be broken at its blanks. */
export function words(text: string, paint: Paint | null = null): Word[] {
  return text.split(' ').map((part) => word(part, paint));
}

/**
 * Joins the words by blanks into lines of at most `style.columns` cells, each with its newline. The first line is
 * indented by `indent` cells, the others by `hang`.
 */
export function fold(content: readonly Word[], indent: number, hang: number, style: Style): string {
  const lines: Word[][] = [[]];
  let width = indent;
  for (const next of content) {
    const line = lines.at(-1)!;
    const cells = countCells(next.text);
    if (line.length > 0 && width + 1 + cells > style.columns) {
      lines.push(next.text === '' ? [] : [next]);
      width = hang + cells;
    } else {
      width += cells + (line.length > 0 ? 1 : 0);
      line.push(next);
    }
  }
  return lines
    .map((line, index) => ' '.repeat(index === 0 ? indent : hang) + joinWords(line, style.colour))
    .map((line) => `${line}\n`)
    .join('');
}

// Neighbours in the same paint share one escape sequence.
function joinWords(line: readonly Word[], colour: boolean): string {
  if (!colour)
    return line
      .map(({ text }) => text)
      .join(' ')
      .trimEnd();
  let joined = '';
  let current: Paint | null = null;
  line.forEach(({ text, paint }, index) => {
    const blank = index > 0 ? ' ' : '';
    joined += paint === current ? blank + text : `${off(current)}${blank}${on(paint)}${text}`;
    current = paint;
  });
  return joined.trimEnd() + off(current);
}

function on(paint: Paint | null): string {
  return paint === null ? '' : `\x1b[${codes[paint][0]}m`;
}

function off(paint: Paint | null): string {
  return paint === null ? '' : `\x1b[${codes[paint][1]}m`;
}

// East Asian wide blocks and emoji (UAX #11) take two cells, combining marks none. This is good enough to choose line breaks,
// because no column stands to the right of a name.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

function countCells(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return [...text.replace(/\p{M}/gu, '').replace(wide, '  ')].length;
}
