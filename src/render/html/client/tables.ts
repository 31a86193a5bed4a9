// A table -> the same table with a field that filters its rows and headings that sort them. A cell that is sorted by a number has it in
// data-v; a heading with data-mark stands for a word of each row that has a mark below it. A long table shows its first rows, because a
// browser takes long to lay out thousands of cells; a button shows the others.

/** A table with fewer rows is seen at one look. */
const leastToFilter = 6;
const shownAtOnce = 100;

export function addTools(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  const head = table.tHead?.rows[0];
  if (body === undefined || head === undefined) return;
  const tools = new TableTools(body, head);
  const words = table.dataset.filter;
  if (body.rows.length > 1) for (const [column, heading] of [...head.cells].entries()) tools.addSort(heading, column);
  if (words !== undefined || body.rows.length >= leastToFilter) {
    (table.closest('.scroll') ?? table).before(tools.addFilter(words ?? 'every word must occur'));
  }
  tools.show();
}

class TableTools {
  readonly #body: HTMLTableSectionElement;
  readonly #head: HTMLTableRowElement;
  /** In the order in which they are shown. */
  #rows: HTMLTableRowElement[];
  /** Lower case, with the headings of the marks; made when the reader first types. */
  #texts: Map<HTMLTableRowElement, string> | null = null;
  #words: string[] = [];
  #most = shownAtOnce;
  #opened: HTMLDetailsElement[] = [];
  readonly #said = document.createElement('output');
  readonly #all = document.createElement('button');

  constructor(body: HTMLTableSectionElement, head: HTMLTableRowElement) {
    this.#body = body;
    this.#head = head;
    this.#rows = [...body.rows];
    this.#all.type = 'button';
    this.#all.addEventListener('click', () => this.#showAll());
    addEventListener('beforeprint', () => this.#showAll());
  }

  show(): void {
    let matching = 0;
    for (const row of this.#rows) {
      const matches = this.#words.length === 0 || this.#matches(row);
      const isShown = matches && matching < this.#most;
      if (row.hidden === isShown) row.hidden = !isShown;
      if (matches) matching++;
    }
    const isCut = matching > this.#most;
    this.#openOnly(matching === 1 && this.#words.length > 0);
    this.#said.textContent = this.#words.length === 0 && !isCut ? '' : `${matching} of ${this.#rows.length} rows`;
    this.#all.hidden = !isCut;
    this.#all.textContent = `Show all, not only the first ${this.#most}`;
  }

  /** The only row that matches shows its names at once. They close again with the next letter. */
  #openOnly(isOnly: boolean): void {
    for (const each of this.#opened) each.open = false;
    const row = isOnly ? this.#rows.find(({ hidden }) => !hidden) : undefined;
    this.#opened = [...(row?.querySelectorAll<HTMLDetailsElement>('details:not([open])') ?? [])];
    for (const each of this.#opened) each.open = true;
  }

  #showAll(): void {
    this.#most = Number.POSITIVE_INFINITY;
    this.show();
  }

  #matches(row: HTMLTableRowElement): boolean {
    this.#texts ??= textsOf(this.#rows, this.#head);
    const text = this.#texts.get(row) ?? '';
    return this.#words.every((word) => text.includes(word));
  }

  /** Returns the field, for its place above the table. */
  addFilter(words: string): HTMLElement {
    const tools = document.createElement('div');
    tools.className = 'tools';
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'search';
    input.placeholder = words;
    input.addEventListener('input', () => {
      this.#words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      this.show();
    });
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

function textsOf(rows: readonly HTMLTableRowElement[], head: HTMLTableRowElement): Map<HTMLTableRowElement, string> {
  const marks = [...head.cells].map(({ dataset, textContent }) => (dataset.mark === undefined ? null : textContent));
  return new Map(
    rows.map((row) => {
      const texts = [...row.cells].map(({ textContent }) => textContent ?? '');
      const named = texts.map((text, column) => (text === '' ? text : (marks[column] ?? text)));
      return [row, named.join(' ').toLowerCase()];
    }),
  );
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
