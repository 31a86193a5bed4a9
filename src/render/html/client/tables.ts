// A table -> the same table with a field that filters its rows and headings that sort them. A cell that is sorted by a number has it in
// data-v; a heading with data-mark stands for a word of each row that has a mark below it. A long table shows its first rows, because a
// browser takes long to lay out thousands of cells; a button shows the others. The address of the page may ask for a part of the rows
// (`.part`), which the style sheet shows alone.

/** A table with fewer rows is seen at one look. */
const leastToFilter = 6;
const shownAtOnce = 100;

export function addTools(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  const head = table.tHead?.rows[0];
  if (body === undefined || head === undefined) return;
  const region = table.closest<HTMLElement>('.scroll') ?? table;
  const before = region.previousElementSibling;
  const tools = new TableTools(body, head, region, before?.classList.contains('part') ? before.id : null);
  const words = table.dataset.filter;
  if (body.rows.length > 1) for (const [column, heading] of [...head.cells].entries()) tools.addSort(heading, column);
  if (words !== undefined || body.rows.length >= leastToFilter) {
    region.before(tools.addFilter(words ?? 'every word must occur'));
  }
  tools.show();
}

interface Words {
  /** Lower case, with the headings of the marks. */
  text: string;
  /** The names of the row and of its lists and marks, lower case. */
  names: ReadonlySet<string>;
}

class TableTools {
  readonly #body: HTMLTableSectionElement;
  readonly #head: HTMLTableRowElement;
  readonly #region: HTMLElement;
  readonly #part: string | null;
  /** In the order in which they are shown. */
  #rows: HTMLTableRowElement[];
  /** Made when the reader first types. */
  #texts: Map<HTMLTableRowElement, Words> | null = null;
  /** A word that is a whole name stands for that name alone: web-4 is not looked for in web-404. */
  #words: readonly { word: string; isName: boolean }[] = [];
  #most = shownAtOnce;
  #opened: HTMLDetailsElement[] = [];
  #marked: Element[] = [];
  readonly #said = document.createElement('output');
  readonly #all = document.createElement('button');

  /** @param part the anchor of the rows with data-part; null if there is none */
  constructor(body: HTMLTableSectionElement, head: HTMLTableRowElement, region: HTMLElement, part: string | null) {
    this.#body = body;
    this.#head = head;
    this.#region = region;
    this.#part = part;
    this.#rows = [...body.rows];
    this.#all.type = 'button';
    this.#all.addEventListener('click', () => this.#showAll());
    addEventListener('beforeprint', () => this.#showAll());
    if (part !== null) addEventListener('hashchange', () => this.show());
  }

  show(): void {
    let matching = 0;
    const isPart = this.#isPart();
    for (const row of this.#rows) {
      const isWanted = !isPart || row.dataset.part !== undefined;
      const matches = isWanted && (this.#words.length === 0 || this.#matches(row));
      const isShown = matches && matching < this.#most;
      if (row.hidden === isShown) row.hidden = !isShown;
      if (matches) matching++;
    }
    const isCut = matching > this.#most;
    this.#openOnly(matching === 1 && this.#words.length > 0);
    this.#region.hidden = matching === 0 && this.#words.length > 0;
    this.#said.textContent = this.#tell(matching, isCut);
    this.#all.hidden = !isCut;
    this.#all.textContent = `Show all, not only the first ${this.#most}`;
  }

  /** A page that was just opened may not have its :target yet. */
  #isPart(): boolean {
    return this.#part !== null && location.hash === `#${this.#part}`;
  }

  #tell(matching: number, isCut: boolean): string {
    if (this.#words.length === 0 && !this.#isPart()) return isCut ? `The first ${this.#most} of ${matching} rows` : '';
    if (matching === 0) return 'No row matches';
    const how = this.#words.some(({ isName }) => isName) ? ', with exactly this name' : '';
    return `${matching} of ${this.#rows.length} rows${how}${isCut ? `, the first ${this.#most} are shown` : ''}`;
  }

  /**
   * The only row that matches opens each part with a match in it; without a name that matches, its hosts too. They close again with the
   * next letter.
   */
  #openOnly(isOnly: boolean): void {
    for (const each of this.#opened) each.open = false;
    for (const each of this.#marked) each.classList.remove('hit');
    const row = isOnly ? this.#rows.find(({ hidden }) => !hidden) : undefined;
    const lists = [...(row?.querySelectorAll('details') ?? [])];
    this.#marked = lists.flatMap((list) =>
      [...list.querySelectorAll('li')].filter((item) => {
        const name = nameIn(item);
        return this.#words.some(({ word, isName }) => (isName ? name === word : name.includes(word)));
      }),
    );
    for (const each of this.#marked) each.classList.add('hit');
    const isWanted = (list: Element): boolean => {
      if (list.querySelector('.hit') !== null || this.#isInside(list)) return true;
      return this.#marked.length === 0 && list.querySelector('ul:not(.hosts)') === null;
    };
    this.#opened = lists.filter((list) => !list.open && isWanted(list));
    for (const each of this.#opened) each.open = true;
  }

  /** Returns whether a word occurs in the folded text, beside its names. */
  #isInside(list: Element): boolean {
    const text = textOf(list, 'summary').toLowerCase();
    return this.#words.some(({ word, isName }) => !isName && text.includes(word));
  }

  #showAll(): void {
    this.#most = Number.POSITIVE_INFINITY;
    this.show();
  }

  #matches(row: HTMLTableRowElement): boolean {
    const { text, names } = this.#texts!.get(row)!;
    return this.#words.every(({ word, isName }) => (isName ? names.has(word) : text.includes(word)));
  }

  #filter(text: string): void {
    this.#texts ??= textsOf(this.#rows, this.#head);
    const rows = [...this.#texts.values()];
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.#words = words.map((word) => ({ word, isName: rows.some(({ names }) => names.has(word)) }));
    this.show();
  }

  /** Returns the field, for its place above the table. */
  addFilter(words: string): HTMLElement {
    const tools = document.createElement('div');
    tools.className = 'tools';
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'search';
    input.placeholder = words;
    input.addEventListener('input', () => this.#filter(input.value));
    label.append('Filter ', input);
    tools.append(label, this.#said, this.#all);
    return tools;
  }

  addSort(heading: HTMLTableCellElement, column: number): void {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      // Numbers begin with the greatest, texts with the first of the alphabet. The second click turns that round.
      const isNumeric = this.#rows.some((row) => row.cells[column]?.dataset.v !== undefined);
      const isText = !isNumeric && heading.dataset.mark === undefined;
      // The attribute, because Firefox before 119 has no property for it.
      const direction = heading.getAttribute('aria-sort');
      const ascending = direction === null ? isText : direction !== 'ascending';
      for (const other of this.#head.querySelectorAll('[aria-sort]')) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
      this.#rows = sortRows(this.#rows, column, isNumeric, ascending);
      this.#body.append(...this.#rows);
      this.show();
    });
  }
}

function textsOf(rows: readonly HTMLTableRowElement[], head: HTMLTableRowElement): Map<HTMLTableRowElement, Words> {
  const marks = [...head.cells].map((heading) => (heading.dataset.mark === undefined ? null : nameIn(heading)));
  return new Map(
    rows.map((row) => {
      const texts: string[] = [];
      const names: string[] = [];
      for (const [column, cell] of [...row.cells].entries()) {
        const text = textOf(cell);
        if (text === '') continue;
        texts.push(text);
        const mark = marks[column] ?? null;
        if (mark !== null) names.push(mark);
        else if (column === 0) names.push(text.trim().toLowerCase());
      }
      for (const item of row.querySelectorAll('li')) names.push(nameIn(item));
      return [row, { text: [...texts, ...names].join(' ').toLowerCase(), names: new Set(names) }];
    }),
  );
}

/** The text without the items of lists, which are names, without the buttons of this script, and without the elements named `but`. */
function textOf(element: Element, but = ''): string {
  if (element.firstElementChild === null) return element.textContent ?? '';
  let text = '';
  for (const node of element.childNodes) {
    if (!(node instanceof Element)) text += node.textContent ?? '';
    else if (!['ul', 'button', but].includes(node.localName)) text += textOf(node, but);
  }
  return text;
}

function nameIn(item: Element): string {
  return (item.textContent ?? '').trim().toLowerCase();
}

function sortRows(
  rows: readonly HTMLTableRowElement[],
  column: number,
  isNumeric: boolean,
  ascending: boolean,
): HTMLTableRowElement[] {
  const sign = ascending ? 1 : -1;
  if (!isNumeric) {
    const collator = new Intl.Collator('en', { numeric: true });
    const keyed = rows.map((row) => ({ row, key: row.cells[column]?.textContent ?? '' }));
    return keyed.sort((a, b) => sign * collator.compare(a.key, b.key)).map(({ row }) => row);
  }
  // A number that is not known comes last, whichever way the others go.
  const keyed = rows.map((row) => ({ row, key: Number(row.cells[column]?.dataset.v ?? Number.NaN) }));
  return keyed
    .sort((a, b) => Number(Number.isNaN(a.key)) - Number(Number.isNaN(b.key)) || sign * (a.key - b.key) || 0)
    .map(({ row }) => row);
}
