// A page -> its structure as a real parser of HTML sees it (parse5): the outline that a golden text keeps, and every element and
// attribute, for the tests that nothing of a host becomes one.

import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';

type Node = Tree.Node;
type Element = Tree.Element;

const isElement = (node: Node): node is Element => 'tagName' in node;

export function parsePage(text: string): Tree.Document {
  const problems: string[] = [];
  const document = parse(text, {
    onParseError: ({ code, startLine }) => problems.push(`${code} in line ${startLine}`),
  });
  if (problems.length > 0) throw new Error(`the page is not well-formed: ${problems.slice(0, 5).join('; ')}`);
  return document;
}

export function* elementsOf(node: Node): Generator<Element> {
  if (isElement(node)) yield node;
  for (const child of 'childNodes' in node ? node.childNodes : []) yield* elementsOf(child);
}

export function textOf(node: Node): string {
  if (node.nodeName === '#text') return (node as Tree.TextNode).value;
  if (isElement(node) && (node.tagName === 'style' || node.tagName === 'script')) return '';
  const text = 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
  // A cell ends a text as a line does.
  return isElement(node) && /^(?:td|th|dd|dt|li|caption|summary)$/.test(node.tagName) ? `${text}\n` : text;
}

export function attributeOf(element: Element, name: string): string | null {
  return element.attrs.find((each) => each.name === name)?.value ?? null;
}

const plain = (node: Node): string => textOf(node).replace(/\s+/g, ' ').trim();

/** Each of these is a line of the outline, with its text. */
const lines: Readonly<Record<string, string>> = {
  h1: '# ',
  h2: '## ',
  h3: '### ',
  p: '',
  dt: '  ',
  caption: 'table: ',
  li: '- ',
  summary: '> ',
};

/** Headings, sentences, lists and tables, in the order of the page. */
export function outlineOf(document: Tree.Document): string {
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (isElement(node)) {
      if (node.tagName === 'tr') {
        found.push(`| ${cellsOf(node).map(plain).join(' | ')} |`);
        return;
      }
      if (node.tagName === 'dd') {
        found[found.length - 1] += `: ${plain(node)}`;
        return;
      }
      const lead = attributeOf(node, 'class') === 'names' ? '' : lines[node.tagName];
      if (lead !== undefined && (node.tagName !== 'li' || !hasInner(node, 'dl'))) {
        found.push(`${lead}${plain(node)}`);
        return;
      }
      if (node.tagName === 'label') found.push(`[ ] ${plain(node)}`);
      if (node.tagName === 'label') return;
    }
    for (const child of 'childNodes' in node ? node.childNodes : []) visit(child);
  };
  visit(document);
  return `${found.filter((line) => line.trim() !== '').join('\n')}\n`;
}

function cellsOf(row: Element): Node[] {
  return row.childNodes.filter((each) => isElement(each) && (each.tagName === 'td' || each.tagName === 'th'));
}

function hasInner(node: Node, name: string): boolean {
  return [...elementsOf(node)].some(({ tagName }) => tagName === name);
}
