import { expect, test } from 'vitest'
import { faults, field, type Outcome, type RawResponse, type Talk, talk } from './wire-client.ts'

/** A case: what is sent, the statuses and the fate that must follow, and what else must hold. */
export interface Case extends Omit<Talk, 'answers'> {
  name: string
  /** Such as `200 200 keep` or `400 close`. */
  gives: string
  content?: string | RegExp
  /** Fields of the first answer; null where it must not have one. */
  fields?: Readonly<Record<string, string | RegExp | null>>
  check?: (outcome: Outcome) => void
}

export function line(method: string, target: string, ...fields: string[]): string {
  return `${method} ${target} HTTP/1.1\r\nHost: a.test\r\n${fields.map(one => `${one}\r\n`).join('')}\r\n`
}

export const get = (target: string, ...fields: string[]): string => line('GET', target, ...fields)
export const post = (target: string, body: string, ...fields: string[]): string =>
  line('POST', target, ...fields, `Content-Length: ${body.length}`) + body

export function runCases(port: () => number, cases: readonly Case[]): void {
  for (const one of cases) {
    test(one.name, async () => {
      const outcome = await talk(port(), { ...one, answers: one.gives.split(' ').length - 1 })
      const statuses = outcome.answers.filter(answer => answer.status !== 100).map(answer => answer.status)
      expect([...statuses, outcome.fate].join(' ')).toBe(one.gives)
      if (one.fields !== undefined) expectFields(outcome.answers[0]!, one.fields)
      if (one.content instanceof RegExp) expect(outcome.answers[0]!.content).toMatch(one.content)
      else if (one.content !== undefined) expect(outcome.answers[0]!.content).toBe(one.content)
      one.check?.(outcome)
      if (!one.noProbe) expect(faults(outcome, one)).toEqual([])
    })
  }
}

function expectFields(answer: RawResponse, fields: NonNullable<Case['fields']>): void {
  for (const [name, wanted] of Object.entries(fields)) {
    const value = field(answer, name.toLowerCase())
    if (wanted === null) expect(value, name).toBeUndefined()
    else if (wanted instanceof RegExp) expect(value, name).toMatch(wanted)
    else expect(value, name).toBe(wanted)
  }
}
