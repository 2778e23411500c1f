import { type AnyNode, isComment, isTag, isText } from 'domhandler'
import type { PageElement } from '../browser/page-element.ts'

const MOST = 2048
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/

/** HTML with one element per line, for people: at most 2 kB. */
export function html(element: PageElement): string {
  const lines: string[] = []
  for (const node of element.localName === '' ? element.node.children : [element.node]) write(node as AnyNode, 0, lines)
  const text = lines.join('\n')
  return text.length > MOST ? `${text.slice(0, MOST)}\n…` : text
}

function write(node: AnyNode, depth: number, lines: string[]): void {
  const indent = '  '.repeat(depth)
  if (isText(node)) {
    const text = node.data.replace(/\s+/g, ' ').trim()
    if (text !== '') lines.push(indent + text)
  } else if (isComment(node)) lines.push(`${indent}<!--${node.data}-->`)
  else if (isTag(node)) {
    const attributes = Object.entries(node.attribs).map(([name, value]) =>
      value === '' ? ` ${name}` : ` ${name}="${value}"`,
    )
    const open = `${indent}<${node.name}${attributes.join('')}>`
    const only = node.children.length === 1 ? node.children[0] : undefined
    if (node.children.length === 0) lines.push(VOID.test(node.name) ? open : `${open}</${node.name}>`)
    else if (only && isText(only)) lines.push(`${open}${only.data.replace(/\s+/g, ' ').trim()}</${node.name}>`)
    else {
      lines.push(open)
      for (const child of node.children) write(child, depth + 1, lines)
      lines.push(`${indent}</${node.name}>`)
    }
  }
}
