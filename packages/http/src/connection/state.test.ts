import { expect, test } from 'vitest'
import {
  ANSWER_COMPLETE,
  ANSWER_STARTS,
  BODY_COMPLETE,
  CLOSED,
  CLOSES,
  DRAINING,
  DUPLEX,
  FINISHES,
  HANDLING,
  HEAD,
  HEAD_COMPLETE,
  HEAD_COMPLETE_WITH_BODY,
  HEAD_STARTS,
  IDLE,
  LINGERING,
  next,
  RECEIVING,
  STATE_NAMES,
  STREAMING,
  type StateName,
  TRANSITIONS,
  UPGRADED,
  UPGRADES,
} from './state.ts'

const STATES: Record<StateName, number> = {
  idle: IDLE,
  head: HEAD,
  receiving: RECEIVING,
  handling: HANDLING,
  duplex: DUPLEX,
  streaming: STREAMING,
  draining: DRAINING,
  lingering: LINGERING,
  upgraded: UPGRADED,
  closed: CLOSED,
}
const EVENTS: Record<string, number> = {
  head_starts: HEAD_STARTS,
  head_complete: HEAD_COMPLETE,
  head_complete_with_body: HEAD_COMPLETE_WITH_BODY,
  body_complete: BODY_COMPLETE,
  answer_starts: ANSWER_STARTS,
  answer_complete: ANSWER_COMPLETE,
  upgrades: UPGRADES,
  finishes: FINISHES,
  closes: CLOSES,
}

test('the constants are the places in the table', () => {
  expect(Object.values(STATES)).toEqual(STATE_NAMES.map((_, i) => i))
  expect(Object.keys(STATES)).toEqual(STATE_NAMES)
})

test('an event leads where the table says, and nowhere where it says nothing', () => {
  let listed = 0
  for (const [state, number] of Object.entries(STATES)) {
    const transitions: Record<string, string> = TRANSITIONS[state as StateName]
    for (const [event, code] of Object.entries(EVENTS)) {
      const to = transitions[event]
      if (to === undefined) expect(() => next(number, code)).toThrow(/cannot happen/)
      else {
        expect(STATE_NAMES[next(number, code)]).toBe(to)
        listed++
      }
    }
  }
  expect(listed).toBe(Object.values(TRANSITIONS).reduce((sum, one) => sum + Object.keys(one).length, 0))
})

test('every state but closed can close, and nothing leaves closed', () => {
  for (const [name, transitions] of Object.entries(TRANSITIONS)) {
    expect(transitions.closes).toBe(name === 'closed' ? undefined : 'closed')
  }
  expect(TRANSITIONS.closed).toEqual({})
})
