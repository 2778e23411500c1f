export type StateName =
  | 'idle'
  | 'head'
  | 'receiving'
  | 'handling'
  | 'duplex'
  | 'streaming'
  | 'draining'
  | 'lingering'
  | 'upgraded'
  | 'closed'

/**
 * The one transition table of a connection: what may come next. An event that is not listed for a state is a mistake of
 * the engine and throws; no peer can cause one.
 */
export const TRANSITIONS: Readonly<Record<StateName, Partial<Readonly<Record<EventName, StateName>>>>> = {
  /** Between two requests. */
  idle: { head_starts: 'head', closes: 'closed', finishes: 'lingering' },
  /** Part of a head was read. */
  head: { head_complete: 'handling', head_complete_with_body: 'receiving', finishes: 'lingering', closes: 'closed' },
  /** The handler runs; its request body has not arrived in full. */
  receiving: {
    body_complete: 'handling',
    answer_starts: 'duplex',
    answer_complete: 'draining',
    finishes: 'lingering',
    closes: 'closed',
  },
  /** The handler runs; the request was read in full. */
  handling: {
    answer_starts: 'streaming',
    answer_complete: 'idle',
    upgrades: 'upgraded',
    finishes: 'lingering',
    closes: 'closed',
  },
  /** The answer is being sent while the request body still arrives. */
  duplex: { body_complete: 'streaming', answer_complete: 'draining', finishes: 'lingering', closes: 'closed' },
  /** The answer is being sent; the request was read in full. */
  streaming: { answer_complete: 'idle', finishes: 'lingering', closes: 'closed' },
  /** The answer is out; the rest of the request body is read and dropped. */
  draining: { body_complete: 'idle', finishes: 'lingering', closes: 'closed' },
  /** The last answer is out and our side is closed; what the peer still sends is dropped, so that it can read. */
  lingering: { closes: 'closed' },
  /** The bytes belong to another protocol now. */
  upgraded: { closes: 'closed' },
  closed: {},
}

export type EventName =
  | 'head_starts'
  | 'head_complete'
  | 'head_complete_with_body'
  | 'body_complete'
  | 'answer_starts'
  | 'answer_complete'
  | 'upgrades'
  | 'finishes'
  | 'closes'

export const STATE_NAMES: readonly StateName[] = Object.keys(TRANSITIONS) as StateName[]

const EVENT_NAMES: readonly EventName[] = [
  'head_starts',
  'head_complete',
  'head_complete_with_body',
  'body_complete',
  'answer_starts',
  'answer_complete',
  'upgrades',
  'finishes',
  'closes',
]

/** States and events as small integers, and the table flattened over them: one load per transition. */
export const IDLE = 0
export const HEAD = 1
export const RECEIVING = 2
export const HANDLING = 3
export const DUPLEX = 4
export const STREAMING = 5
export const DRAINING = 6
export const LINGERING = 7
export const UPGRADED = 8
export const CLOSED = 9

export const HEAD_STARTS = 0
export const HEAD_COMPLETE = 1
export const HEAD_COMPLETE_WITH_BODY = 2
export const BODY_COMPLETE = 3
export const ANSWER_STARTS = 4
export const ANSWER_COMPLETE = 5
export const UPGRADES = 6
export const FINISHES = 7
export const CLOSES = 8

const ILLEGAL = 255
const FLAT = new Uint8Array(STATE_NAMES.length * EVENT_NAMES.length).fill(ILLEGAL)
for (const [from, name] of STATE_NAMES.entries()) {
  for (const [event, to] of Object.entries(TRANSITIONS[name])) {
    FLAT[from * EVENT_NAMES.length + EVENT_NAMES.indexOf(event as EventName)] = STATE_NAMES.indexOf(to as StateName)
  }
}

/** The state after `event`. */
export function next(state: number, event: number): number {
  const to = FLAT[state * 9 + event]!
  if (to === ILLEGAL) throw new Error(`connection: ${EVENT_NAMES[event]} cannot happen in ${STATE_NAMES[state]}`)
  return to
}
