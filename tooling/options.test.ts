import { ArlenError } from '@arlen/core'
import { serveStatic } from '@arlen/http'
import { hostCheck } from '@arlen/security'
import { createPasswords, generateSecret, session } from '@arlen/session'
import { describe, expect, test } from 'vitest'
import { FRAMEWORK } from './options/framework.ts'
import { PARTS } from './options/parts.ts'
import type { Row } from './options/rows.ts'

const ROWS: readonly Row[] = [...PARTS, ...FRAMEWORK]

async function refusalOf({ make, valid = {}, misspelled }: Row): Promise<ArlenError> {
  try {
    await make(withOption(valid, misspelled) as never)
  } catch (error) {
    if (error instanceof ArlenError) return error
    throw error
  }
  throw new Error('the option was taken in silence')
}

/** `{ limits: { headers: 1 } }` of `limits.headers`, beside what is valid. */
function withOption(valid: object, path: string): object {
  const value: unknown = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), 1)
  return { ...valid, ...(value as object) }
}

describe('a misspelled option is refused, with the one that was meant:', () => {
  test.each(ROWS.map(row => [`${row.bag} ${row.misspelled}`, row] as const))('%s', async (_, row) => {
    const error = await refusalOf(row)
    const message = expect.stringContaining(`Did you mean ${row.meant}?`)
    expect(error).toMatchObject({ code: 'option_unknown', message })
    expect(error.message).toContain(row.owner ?? row.bag.split(' ')[1])
  })
})

test('a value of the wrong kind is refused by name', () => {
  const invalid = (name: string) =>
    expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) })
  expect(() => session({ secrets: [generateSecret()], idleMs: '12h' as unknown as number })).toThrow(invalid('idleMs'))
  expect(() => createPasswords({ atOnce: 0 })).toThrow(invalid('atOnce'))
  expect(() => hostCheck({} as { hosts: string[] })).toThrow(invalid('hosts'))
  expect(() => serveStatic('.', { checkMs: Number.NaN })).toThrow(invalid('checkMs'))
})
