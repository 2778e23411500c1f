import { timingSafeEqual } from 'node:crypto'
import { MAX_COOKIE_BYTES } from '@arlen/http/extend'

/** The number of cached values. */
const PLACES = 1024

/** Buffers for the presented and the cached value, by length. Sealed values have few lengths. */
const rooms = new Map<number, { readonly asked: Buffer; readonly kept: Buffer }>()
const [asked, kept] = [Buffer.alloc(MAX_COOKIE_BYTES), Buffer.alloc(MAX_COOKIE_BYTES)]

/**
 * Texts longer than this are parsed for each request: parsed JSON can take twenty times the memory of its text, and this
 * bounds what all of them take.
 */
const MOST_SHARED = 1024

/** An authentic value that was opened recently. */
export class RecentText {
  readonly value: string
  readonly text: string
  #parsedBefore = false
  #shared: unknown

  constructor(value: string, text: string) {
    this.value = value
    this.text = text
  }

  /**
   * The text as JSON, parsed once for all requests with this value: never change it, and hand out nothing but its
   * primitive values. Undefined the first time, when it is not known whether there will be another.
   */
  shared(): unknown {
    if (this.#parsedBefore && this.text.length <= MOST_SHARED) this.#shared ??= JSON.parse(this.text)
    this.#parsedBefore = true
    return this.#shared
  }
}

/**
 * A cache of recently opened values. Each value has one slot, chosen by its random end: newer values replace older
 * ones, and nothing has to be cleaned up.
 *
 * Values are compared in constant time.
 */
export class RecentTexts {
  readonly #places: (RecentText | undefined)[] = new Array<undefined>(PLACES).fill(undefined)

  /** @param value - at most 4,096 characters. */
  find(value: string): RecentText | undefined {
    const candidate = this.#places[placeOf(value)]
    if (candidate === undefined) return undefined
    const { length } = candidate.value
    if (length !== value.length) return undefined
    const room = roomFor(length)
    // Cached values are ASCII, and no other text has the same bytes in UTF-8.
    asked.write(value)
    kept.write(candidate.value)
    return timingSafeEqual(room.asked, room.kept) ? candidate : undefined
  }

  keep(value: string, text: string): RecentText {
    const recent = new RecentText(value, text)
    this.#places[placeOf(value)] = recent
    return recent
  }
}

/** @param length - the length of a value that was sealed here, so the number of lengths is bounded. */
function roomFor(length: number): { readonly asked: Buffer; readonly kept: Buffer } {
  let room = rooms.get(length)
  if (room === undefined) {
    room = { asked: asked.subarray(0, length), kept: kept.subarray(0, length) }
    rooms.set(length, room)
  }
  return room
}

function placeOf(value: string): number {
  // The last character holds only two bits of the tag.
  const at = value.length - 2
  return ((value.charCodeAt(at) << 4) ^ value.charCodeAt(at - 1)) & (PLACES - 1)
}
