import { is, selectAll, selectOne } from 'css-select'
import { type AnyNode, type Document, type Element, isTag, isText, type ParentNode } from 'domhandler'
import { getInnerHTML, getOuterHTML, textContent } from 'domutils'
import { parse } from 'parse5'
import { adapter } from 'parse5-htmlparser2-tree-adapter'

/**
 * A part of a page, read-only except for the state of form controls. The names are those of the DOM; anything else needs a
 * browser.
 */
export class PageElement {
  /** The domhandler node, for libraries that work with it. */
  readonly node: Document | Element

  constructor(node: Document | Element) {
    this.node = node
  }

  /** The name of the element in lower case; empty for the document. */
  get localName(): string {
    return isTag(this.node) ? this.node.name : ''
  }

  querySelector(selector: string): PageElement | null {
    const found = selectOne<AnyNode, Element>(selector, this.node as ParentNode & AnyNode)
    return found ? new PageElement(found) : null
  }

  querySelectorAll(selector: string): PageElement[] {
    return selectAll<AnyNode, Element>(selector, this.node as ParentNode & AnyNode).map(node => new PageElement(node))
  }

  matches(selector: string): boolean {
    return isTag(this.node) && is<AnyNode, Element>(this.node, selector)
  }

  closest(selector: string): PageElement | null {
    for (let at: AnyNode | null = this.node; at && isTag(at); at = at.parent as AnyNode | null) {
      if (is<AnyNode, Element>(at, selector)) return new PageElement(at)
    }
    return null
  }

  get parentElement(): PageElement | null {
    const { parent } = this.node
    return parent && isTag(parent as AnyNode) ? new PageElement(parent as Element) : null
  }

  get children(): PageElement[] {
    return this.node.children.filter(isTag).map(node => new PageElement(node))
  }

  getAttribute(name: string): string | null {
    return isTag(this.node) ? (this.node.attribs[name] ?? null) : null
  }

  hasAttribute(name: string): boolean {
    return this.getAttribute(name) !== null
  }

  get attributes(): Readonly<Record<string, string>> {
    return isTag(this.node) ? { ...this.node.attribs } : {}
  }

  get textContent(): string {
    return textContent(this.node)
  }

  /** The text as a reader sees it: white space collapsed, scripts and styles omitted. */
  get text(): string {
    return visibleText(this.node).replace(/\s+/g, ' ').trim()
  }

  get innerHTML(): string {
    return getInnerHTML(this.node, { encodeEntities: 'utf8' })
  }

  get outerHTML(): string {
    return getOuterHTML(this.node, { encodeEntities: 'utf8' })
  }
}

const INVISIBLE = new Set(['script', 'style', 'template', 'noscript', 'head'])
const BLOCKS =
  /^(?:address|article|aside|blockquote|br|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|label|legend|li|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)$/

function visibleText(node: AnyNode): string {
  if (isText(node)) return node.data
  if (isTag(node) && INVISIBLE.has(node.name)) return ''
  if (!('children' in node)) return ''
  const inside = node.children.map(visibleText).join('')
  return isTag(node) && BLOCKS.test(node.name) ? ` ${inside} ` : inside
}

/** Parses a page according to the HTML standard. */
export function parsePage(html: string): PageElement {
  return new PageElement(parse(html, { treeAdapter: adapter }) as unknown as Document)
}
