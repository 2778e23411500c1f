import type { Condition } from './condition.ts'
import type { Constraint } from './constraint.ts'
import { type MethodSet, NO_METHODS } from './methods.ts'
import { type Segment, segmentKey, type Token, textOf } from './pattern.ts'
import type { Hit } from './result.ts'
import type { Route } from './route.ts'
import type { Make } from './shape.ts'

/** A route as one method finds it at one end of the tree. */
export interface Candidate<T> {
  readonly route: Route<T>
  /** The parameters in the order in which the walk captures them. */
  readonly names: readonly string[]
  readonly make: Make
  readonly format: string | undefined
  /** True where a wildcard could take a request from a route that only another spelling of the path leads to. */
  readonly contested: boolean
  readonly conditions: readonly Condition[] | null
  /** Ready to be handed out where the route has neither parameters nor conditions. */
  readonly hit: Hit<T> | null
  /** To be tried when the conditions of this one fail. */
  readonly next: Candidate<T> | null
}

/** An end of the tree. */
export class Leaf<T> {
  /** By method number, the candidates. */
  slots: (Candidate<T> | null)[] = []
  /** The methods that have any. */
  allowed: MethodSet = NO_METHODS
  /** True where a candidate has conditions. */
  conditional = false
}

/** A dynamic segment: what it takes and where that leads. */
export class Edge<T> {
  /** Where the path ends with this segment. */
  leaf: Leaf<T> | null = null
  /** Where it goes on. */
  next: Node<T> | null = null
  readonly segment: Segment
  readonly constraint: Constraint | undefined
  readonly suffix: string
  readonly params: number

  constructor(segment: Segment) {
    const [first, second] = segment as readonly [Token, Token | undefined]
    this.segment = segment
    this.constraint = first.kind === 'text' ? undefined : first.constraint
    this.suffix = first.kind === 'wildcard' && second?.kind === 'text' ? second.text : ''
    this.params = segment.filter(token => token.kind !== 'text').length
  }
}

/**
 * A stretch of text, as long as no route branches off in it, and what may follow. Only at the start of a segment is
 * there anything dynamic.
 */
export class Node<T> {
  text: string
  /** By the first character of their text. */
  readonly kids: Map<string, Node<T>> = new Map()
  leaf: Leaf<T> | null = null
  /** Segments with constraints or text, by their key. */
  readonly picky: Map<string, Edge<T>> = new Map()
  /** A whole segment, whatever it is. */
  param: Edge<T> | null = null
  /** Wildcards with a constraint, a suffix, or more of the path after them. */
  readonly wildcards: Map<string, Edge<T>> = new Map()
  /** The end of a wildcard that takes whatever is left. */
  rest: Leaf<T> | null = null

  constructor(text: string) {
    this.text = text
  }
}

/** Adds a path to the tree and gives the leaf at its end. */
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
    const last = i === segments.length - 1 && !trailingSlash
    if (last && isPlainWildcard(segment)) {
      node.rest ??= new Leaf()
      return node.rest
    }
    const edge = insertEdge(node, segment)
    if (last) return leafOf(edge)
    edge.next ??= new Node('')
    node = edge.next
    text = ''
  }
  return leafOf(insertText(node, trailingSlash ? `${text}/` : text))
}

function isPlainWildcard(segment: Segment): boolean {
  const [token] = segment
  return segment.length === 1 && token?.kind === 'wildcard' && token.constraint === undefined
}

function leafOf<T>(end: Node<T> | Edge<T>): Leaf<T> {
  end.leaf ??= new Leaf()
  return end.leaf
}

function insertText<T>(start: Node<T>, text: string): Node<T> {
  let node = start
  let rest = text
  while (rest !== '') {
    const kid = node.kids.get(rest[0]!)
    if (kid === undefined) {
      const added = new Node<T>(rest)
      node.kids.set(rest[0]!, added)
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
  upper.kids.set(kid.text[0]!, kid)
  parent.kids.set(upper.text[0]!, upper)
  return upper
}

function sharedLength(a: string, b: string): number {
  let i = 0
  while (i < a.length && i < b.length && a[i] === b[i]) i++
  return i
}

function insertEdge<T>(node: Node<T>, segment: Segment): Edge<T> {
  const [first] = segment
  if (segment.length === 1 && first?.kind === 'param' && first.constraint === undefined) {
    node.param ??= new Edge(segment)
    return node.param
  }
  const edges = first?.kind === 'wildcard' ? node.wildcards : node.picky
  const key = segmentKey(segment)
  const edge = edges.get(key) ?? new Edge<T>(segment)
  edges.set(key, edge)
  return edge
}

/** The most specific first; ties stay in the order of registration. */
export function sortEdges<T>(edges: ReadonlyMap<string, Edge<T>>): Edge<T>[] {
  return [...edges.values()].sort((a, b) => compareSegments(a.segment, b.segment))
}

/** Negative where `a` is tried before `b`: static, constrained, parameter, wildcard; then by how much text there is. */
export function compareSegments(a: Segment, b: Segment): number {
  return rank(a) - rank(b) || b.length - a.length || textLength(b) - textLength(a)
}

/** 0 static, 1 constrained, 2 parameter, 3 wildcard with a constraint, 4 wildcard. */
export function rank(segment: Segment): number {
  const constrained = segment.some(token => token.kind !== 'text' && token.constraint !== undefined)
  if (segment[0]?.kind === 'wildcard') return constrained ? 3 : 4
  if (segment.every(token => token.kind === 'text')) return 0
  return constrained ? 1 : 2
}

function textLength(segment: Segment): number {
  return segment.reduce((sum, token) => sum + (token.kind === 'text' ? token.text.length : 0), 0)
}
