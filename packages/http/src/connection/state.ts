/**
 * The one list of a connection's states and events, and of the allowed transitions. An event that is not listed for a state
 * is a bug in the engine and throws; no peer can cause one.
 */
const TABLE = {
  /** Between two requests. */
  idle: { head_starts: 'head', finishes: 'lingering', closes: 'closed' },
  /** Part of a head has been read. */
  head: { head_complete: 'handling', head_complete_with_body: 'receiving', finishes: 'lingering', closes: 'closed' },
  /** The handler runs; the request body has not arrived completely. */
  receiving: {
    body_complete: 'handling',
    response_starts: 'duplex',
    response_complete: 'discarding',
    finishes: 'lingering',
    closes: 'closed',
  },
  /** The handler runs; the request has been read completely. */
  handling: {
    response_starts: 'streaming',
    response_complete: 'idle',
    upgrades: 'upgraded',
    finishes: 'lingering',
    closes: 'closed',
  },
  /** The response is being sent while the request body still arrives. */
  duplex: { body_complete: 'streaming', response_complete: 'discarding', finishes: 'lingering', closes: 'closed' },
  /** The response is being sent; the request has been read completely. */
  streaming: { response_complete: 'idle', finishes: 'lingering', closes: 'closed' },
  /** The response has been sent; the rest of the request body is read and dropped. */
  discarding: { body_complete: 'idle', finishes: 'lingering', closes: 'closed' },
  /** The last response has been sent and our side is closed; what the peer still sends is dropped, so that it can read. */
  lingering: { closes: 'closed' },
  /** The bytes belong to another protocol. */
  upgraded: { closes: 'closed' },
  closed: {},
} as const

export type StateName = keyof typeof TABLE
export type EventName = { [State in StateName]: keyof (typeof TABLE)[State] }[StateName]

export const TRANSITIONS: Readonly<Record<StateName, Partial<Readonly<Record<EventName, StateName>>>>> = TABLE

/** Names as small integers, so that a transition is one load from an array. */
function numbered<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.freeze(Object.fromEntries(names.map((name, i) => [name, i]))) as Record<Name, number>
}

const stateNames = Object.keys(TABLE) as StateName[]
const eventNames = [...new Set(Object.values(TRANSITIONS).flatMap(row => Object.keys(row)))] as EventName[]

export const STATE: Readonly<Record<StateName, number>> = numbered(stateNames)
export const EVENT: Readonly<Record<EventName, number>> = numbered(eventNames)

const WIDTH = 16
const ILLEGAL = 255
const FLAT = new Uint8Array(stateNames.length * WIDTH).fill(ILLEGAL)
for (const from of stateNames) {
  for (const [event, to] of Object.entries(TRANSITIONS[from]) as [EventName, StateName][]) {
    FLAT[STATE[from] * WIDTH + EVENT[event]] = STATE[to]
  }
}

/** The state after `event`. */
export function next(state: number, event: number): number {
  const to = FLAT[state * WIDTH + event]!
  if (to === ILLEGAL) throw new Error(`connection: ${eventNames[event]} cannot happen in ${stateNames[state]}`)
  return to
}
