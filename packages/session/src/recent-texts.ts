import { timingSafeEqual } from 'node:crypto'
import { MAX_COOKIE_BYTES } from '@arlen/http'

/** How many values are remembered at most. */
const PLACES = 1024

/** Room for the value that is asked for and the one that is kept, by length: sealed values have few lengths. */
const rooms = new Map<number, { readonly asked: Buffer; readonly kept: Buffer }>()
const [asked, kept] = [Buffer.alloc(MAX_COOKIE_BYTES), Buffer.alloc(MAX_COOKIE_BYTES)]

/**
 * What sealed values lately opened to. Each has one place, told by its end, which is random: newer ones replace older
 * ones, and there is nothing to clean up.
 *
 * Whether a value is the one that is kept is compared without telling by its time how much of it is.
 */
export class RecentTexts {
  readonly #values: string[] = new Array<string>(PLACES).fill('')
  readonly #texts: string[] = new Array<string>(PLACES).fill('')

  /** @param value - of at most 4,096 characters. */
  find(value: string): string | undefined {
    const place = placeOf(value)
    const candidate = this.#values[place]!
    const { length } = candidate
    if (length !== value.length || length === 0) return undefined
    const room = roomFor(length)
    // What is kept is ASCII; in UTF-8 nothing else has its bytes.
    asked.write(value)
    kept.write(candidate)
    return timingSafeEqual(room.asked, room.kept) ? this.#texts[place] : undefined
  }

  keep(value: string, text: string): void {
    const place = placeOf(value)
    this.#values[place] = value
    this.#texts[place] = text
  }
}

/** @param length - that of a value that was sealed here: nobody else decides how many there are. */
function roomFor(length: number): { readonly asked: Buffer; readonly kept: Buffer } {
  let room = rooms.get(length)
  if (room === undefined) {
    room = { asked: asked.subarray(0, length), kept: kept.subarray(0, length) }
    rooms.set(length, room)
  }
  return room
}

function placeOf(value: string): number {
  // The very last character has two bits of the tag and no more.
  const at = value.length - 2
  return ((value.charCodeAt(at) << 4) ^ value.charCodeAt(at - 1)) & (PLACES - 1)
}
