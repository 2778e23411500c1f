import { timingSafeEqual } from 'node:crypto'
import { MAX_COOKIE_BYTES } from '@arlen/http/extend'

/** The number of cached values. */
const PLACES = 1024

/** Buffers for the presented and the cached value, by length. Sealed values have few lengths. */
const rooms = new Map<number, { readonly asked: Buffer; readonly kept: Buffer }>()
const [asked, kept] = [Buffer.alloc(MAX_COOKIE_BYTES), Buffer.alloc(MAX_COOKIE_BYTES)]

/**
 * A cache of recently opened values. Each value has one slot, chosen by its random end: newer values replace older
 * ones, and nothing has to be cleaned up.
 *
 * Values are compared in constant time.
 */
export class RecentTexts {
  readonly #values: string[] = new Array<string>(PLACES).fill('')
  readonly #texts: string[] = new Array<string>(PLACES).fill('')

  /** @param value - at most 4,096 characters. */
  find(value: string): string | undefined {
    const place = callSiteOf(value)
    const candidate = this.#values[place]!
    const { length } = candidate
    if (length !== value.length || length === 0) return undefined
    const room = roomFor(length)
    // Cached values are ASCII, and no other text has the same bytes in UTF-8.
    asked.write(value)
    kept.write(candidate)
    return timingSafeEqual(room.asked, room.kept) ? this.#texts[place] : undefined
  }

  keep(value: string, text: string): void {
    const place = callSiteOf(value)
    this.#values[place] = value
    this.#texts[place] = text
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

function callSiteOf(value: string): number {
  // The last character holds only two bits of the tag.
  const at = value.length - 2
  return ((value.charCodeAt(at) << 4) ^ value.charCodeAt(at - 1)) & (PLACES - 1)
}
