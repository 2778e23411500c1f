import type { Constraint } from './constraint.ts'
import type { Segment } from './pattern.ts'
import { type Edge, type Leaf, type Node, sortEdges } from './tree.ts'

/**
 * A tree of routes laid out in one array of integers, for a walk to read at the speed of memory: no object, no hidden class
 * and hardly a cache line per step. A node is its place in `table`; from there on it has
 *
 * - the {@link FIELDS},
 * - `LENGTH` characters: its text without the first, which has led to it,
 * - `KIDS` places of nodes, or 0, by the first character of their text minus `BASE`.
 */
export interface FlatTree<T> {
  readonly table: Int32Array
  readonly root: number
  readonly leaves: readonly Leaf<T>[]
  readonly edges: readonly FlatEdges[]
  /** Children by characters beyond ASCII: `node * 65536 + character`. */
  readonly far: ReadonlyMap<number, number>
  /** The most parameters that any path captures. */
  readonly depth: number
}

/** Where in a node is what. */
export const FIELDS = {
  LENGTH: 0,
  BASE: 1,
  KIDS: 2,
  /** Number of the leaf where the path ends with the text, or 0. */
  LEAF: 3,
  /** {@link BITS} that say what there is besides kids; 0 is nothing. */
  MORE: 4,
  /** Number of the leaf where the path ends with a parameter, or 0. */
  PARAM_LEAF: 5,
  /** The node where it goes on after a parameter, or 0. */
  PARAM_NEXT: 6,
  /** Number of the leaf of a wildcard that takes whatever is left, or 0. */
  REST_LEAF: 7,
  /** Number of the edges that need a closer look, or 0. */
  EDGES: 8,
  /** The text begins here. */
  HEADER: 9,
} as const

export const BITS = { PARAM: 1, REST: 2, PICKY: 4, FAR: 8 } as const

/** Dynamic segments of a node other than plain parameters and wildcards, in the order in which they are tried. */
export interface FlatEdges {
  readonly picky: readonly FlatEdge[]
  readonly wildcards: readonly FlatEdge[]
}

export interface FlatEdge {
  readonly segment: Segment
  readonly constraint: Constraint | undefined
  readonly suffix: string
  readonly params: number
  readonly leaf: number
  readonly next: number
}

const { LENGTH, BASE, KIDS, LEAF, MORE, PARAM_LEAF, PARAM_NEXT, REST_LEAF, EDGES, HEADER } = FIELDS

export function flatten<T>(root: Node<T>): FlatTree<T> {
  const flattening = new Flattening<T>()
  const place = flattening.node(skipEmpty(root))
  const { words, leaves, edges, far, depth } = flattening
  return { table: Int32Array.from(words), root: place, leaves, edges, far, depth }
}

/** Building leaves empty nodes where nothing but one text follows. */
function skipEmpty<T>(node: Node<T>): Node<T> {
  const [kid, ...others] = node.kids.values()
  return node.text === '' && kid !== undefined && others.length === 0 && !isEnd(node) ? kid : node
}

function isEnd<T>({ leaf, param, picky, wildcards, rest }: Node<T>): boolean {
  return leaf !== null || param !== null || rest !== null || picky.size + wildcards.size > 0
}

class Flattening<T> {
  // 0 stands for nothing, so nothing real is in the first place of any of these.
  readonly words: number[] = [0]
  readonly leaves: Leaf<T>[] = [undefined as never]
  readonly edges: FlatEdges[] = [undefined as never]
  readonly far = new Map<number, number>()
  depth = 0

  node(node: Node<T>, captured = 0): number {
    const place = this.words.length
    this.depth = Math.max(this.depth, captured)
    const codes = [...node.kids.keys()].map(char => char.charCodeAt(0))
    const near = codes.filter(code => code < 128)
    const base = near.length > 0 ? Math.min(...near) : 0
    const kids = near.length > 0 ? Math.max(...near) - base + 1 : 0
    const text = node.text.slice(1)
    const characters = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
    this.words.push(...new Array<number>(HEADER).fill(0), ...characters, ...new Array<number>(kids).fill(0))
    const set = (field: number, value: number): void => {
      this.words[place + field] = value
    }
    set(LENGTH, text.length)
    set(BASE, base)
    set(KIDS, kids)
    set(LEAF, this.#leaf(node.leaf))
    set(MORE, moreOf(node) | (near.length < codes.length ? BITS.FAR : 0))
    set(PARAM_LEAF, this.#leaf(node.param?.leaf, captured + 1))
    set(PARAM_NEXT, this.#next(node.param?.next, captured + 1))
    set(REST_LEAF, this.#leaf(node.rest, captured + 1))
    set(EDGES, this.#edges(node, captured))
    for (const [char, kid] of node.kids) {
      const code = char.charCodeAt(0)
      const kidPlace = this.node(kid, captured)
      if (code < 128) set(HEADER + text.length + code - base, kidPlace)
      else this.far.set(place * 65_536 + code, kidPlace)
    }
    return place
  }

  #leaf(leaf: Leaf<T> | null | undefined, captured = 0): number {
    this.depth = Math.max(this.depth, captured)
    return leaf ? this.leaves.push(leaf) - 1 : 0
  }

  #next(next: Node<T> | null | undefined, captured: number): number {
    return next ? this.node(skipEmpty(next), captured) : 0
  }

  #edges({ picky, wildcards }: Node<T>, captured: number): number {
    if (picky.size + wildcards.size === 0) return 0
    const flat = (edge: Edge<T>): FlatEdge => {
      const { segment, constraint, suffix, params } = edge
      const after = captured + params
      return {
        segment,
        constraint,
        suffix,
        params,
        leaf: this.#leaf(edge.leaf, after),
        next: this.#next(edge.next, after),
      }
    }
    return this.edges.push({ picky: sortEdges(picky).map(flat), wildcards: sortEdges(wildcards).map(flat) }) - 1
  }
}

function moreOf<T>({ param, rest, wildcards, picky }: Node<T>): number {
  return (
    (param === null ? 0 : BITS.PARAM) |
    (rest === null && wildcards.size === 0 ? 0 : BITS.REST) |
    (picky.size === 0 ? 0 : BITS.PICKY)
  )
}
