import { viewError } from '../errors.ts'
import { slotHint } from '../parse/slot-use.ts'
import type { Entry } from './template-entry.ts'

type Call = (...args: unknown[]) => unknown

/**
 * The slots of a template as it calls them: each prints the block given under its name. A single function is the slot
 * `default`; a value is printed as it is.
 *
 * @param block - creates a function of the view that fills the slot, whose result is what it printed
 * @throws slot_unknown, slot_missing
 */
export function slotsFor(entry: Entry, given?: unknown, block?: (body: Call) => Call): object | undefined {
  const declared = entry.meta.slots
  if (declared === undefined && given === undefined) return undefined
  const slots: Record<string, Call> = {}
  const blocks = typeof given === 'function' ? { default: given } : (given ?? {})
  for (const [slot, value] of Object.entries(blocks)) {
    if (!declared || !Object.hasOwn(declared, slot)) throw unknownSlot(entry, slot)
    if (value === undefined || value === null) continue
    slots[slot] = block!(typeof value === 'function' ? (value as Call) : () => value)
  }
  const missing = Object.keys(declared ?? {}).find(slot => declared![slot] && !slots[slot])
  if (missing !== undefined) throw viewError('slot_missing', { name: entry.name, slot: missing })
  return slots
}

function unknownSlot({ name, meta }: Entry, slot: string): Error {
  const known = Object.keys(meta.slots ?? {})
  return viewError('slot_unknown', { name, slot, hint: slotHint(slot, known) })
}
