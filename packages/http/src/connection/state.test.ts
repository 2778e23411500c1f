import { expect, test } from 'vitest'
import { EVENT, type EventName, next, STATE, type StateName, TRANSITIONS } from './state.ts'

const states = Object.keys(STATE) as StateName[]
const events = Object.keys(EVENT) as EventName[]

test.each(states)('in %s each event leads to the state in the table, or nowhere if it is not listed', state => {
  for (const event of events) {
    const to = TRANSITIONS[state][event]
    if (to === undefined) expect(() => next(STATE[state], EVENT[event])).toThrow(`${event} cannot happen in ${state}`)
    else expect(states[next(STATE[state], EVENT[event])]).toBe(to)
  }
})

test('every state and every event of the table has a distinct number', () => {
  expect(states).toEqual(Object.keys(TRANSITIONS))
  expect(new Set(Object.values(STATE)).size).toBe(states.length)
  expect(new Set(events)).toEqual(new Set(Object.values(TRANSITIONS).flatMap(row => Object.keys(row))))
  expect(new Set(Object.values(EVENT)).size).toBe(events.length)
})

test('every state can be reached from idle', () => {
  const reached = new Set<StateName>(['idle'])
  for (const state of reached) for (const to of Object.values(TRANSITIONS[state])) reached.add(to)
  expect([...reached].sort()).toEqual([...states].sort())
})

test('every state but closed can close, and nothing leaves closed', () => {
  for (const [name, transitions] of Object.entries(TRANSITIONS)) {
    expect(transitions.closes).toBe(name === 'closed' ? undefined : 'closed')
  }
  expect(TRANSITIONS.closed).toEqual({})
})
