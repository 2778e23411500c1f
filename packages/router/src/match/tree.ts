import { type Segment, segmentKey, textOf } from '../pattern/segment.ts'
import type { Candidate } from './candidates.ts'
import { type MethodSet, NO_METHODS } from './methods.ts'

/** Where a path ends. */
export class Leaf<T> {
  /** The candidates by method number. */
  slots: (Candidate<T> | null)[] = []
  /** The methods with candidates. */
  allowed: MethodSet = NO_METHODS
  /** Whether any candidate has conditions. */
  conditional = false
}

/** A segment with placeholders, in the tree that is being built. */
export class Edge<T> {
  /** The leaf if the path ends with this segment. */
  leaf: Leaf<T> | null = null
  /** The node after it, whose text begins with the slash. */
  next: Node<T> | null = null
  readonly key: string
  readonly segment: Segment

  constructor(segment: Segment, key: string) {
    this.key = key
    this.segment = segment
  }
}

/**
 * A node of the tree that is being built: text in which no route branches off, and what can follow. Placeholders can follow only
 * where a segment starts.
 */
export class Node<T> {
  text: string
  leaf: Leaf<T> | null = null
  /** The nodes that continue with text, by the code of its first character. */
  readonly kids: Map<number, Node<T>> = new Map()
  /** A parameter that matches any segment. */
  param: Edge<T> | null = null
  /** Segments with constraints or text. */
  readonly picky: Edge<T>[] = []
  /** Wildcards with a constraint, a suffix or more path after them. */
  readonly wildcards: Edge<T>[] = []
  /** The leaf of a wildcard that matches the rest of the path. */
  rest: Leaf<T> | null = null

  constructor(text: string) {
    this.text = text
  }
}

/** Adds a path and returns its leaf. */
export function insertPath<T>(root: Node<T>, segments: readonly Segment[], trailingSlash: boolean): Leaf<T> {
  let node = root
  let text = ''
  for (const [i, segment] of segments.entries()) {
    text += '/'
    const own = textOf(segment)
    if (own !== undefined) {
      text += own
      continue
    }
    node = insertText(node, text)
    const isLast = i === segments.length - 1 && !trailingSlash
    if (isLast && isPlain(segment, 'wildcard')) {
      node.rest ??= new Leaf()
      return node.rest
    }
    const edge = insertEdge(node, segment)
    if (isLast) return leafOf(edge)
    edge.next ??= new Node('')
    node = edge.next
    text = ''
  }
  return leafOf(insertText(node, trailingSlash ? `${text}/` : text))
}

function isPlain(segment: Segment, kind: 'param' | 'wildcard'): boolean {
  const [token] = segment
  return segment.length === 1 && token?.kind === kind && token.constraint === undefined
}

function leafOf<T>(end: Node<T> | Edge<T>): Leaf<T> {
  end.leaf ??= new Leaf()
  return end.leaf
}

function insertText<T>(start: Node<T>, text: string): Node<T> {
  let node = start
  let rest = text
  while (rest !== '') {
    const kid = node.kids.get(rest.charCodeAt(0))
    if (kid === undefined) {
      const added = new Node<T>(rest)
      node.kids.set(rest.charCodeAt(0), added)
      return added
    }
    const shared = sharedLength(kid.text, rest)
    node = shared < kid.text.length ? splitNode(node, kid, shared) : kid
    rest = rest.slice(shared)
  }
  return node
}

function splitNode<T>(parent: Node<T>, kid: Node<T>, length: number): Node<T> {
  const upper = new Node<T>(kid.text.slice(0, length))
  kid.text = kid.text.slice(length)
  upper.kids.set(kid.text.charCodeAt(0), kid)
  parent.kids.set(upper.text.charCodeAt(0), upper)
  return upper
}

function sharedLength(a: string, b: string): number {
  let i = 0
  while (i < a.length && i < b.length && a[i] === b[i]) i++
  return i
}

function insertEdge<T>(node: Node<T>, segment: Segment): Edge<T> {
  const key = segmentKey(segment)
  if (isPlain(segment, 'param')) {
    node.param ??= new Edge(segment, key)
    return node.param
  }
  const edges = segment[0]?.kind === 'wildcard' ? node.wildcards : node.picky
  const known = edges.find(edge => edge.key === key)
  if (known) return known
  const edge = new Edge<T>(segment, key)
  edges.push(edge)
  return edge
}
