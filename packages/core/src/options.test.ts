import { describe, expect, test } from 'vitest'
import { ArlenError } from './error-table.ts'
import { type OptionTable, option, readOptions } from './options.ts'

interface ShopOptions {
  name?: string
  port?: number
  retryMs?: number
  mode?: 'fast' | 'safe' | false
  hosts?: readonly string[]
  secret?: string
  onSale?: () => void
  limits?: { items?: number; weight?: number }
  trusted?: boolean | { proxies?: readonly string[] }
  opened?: Date
  labels?: Record<string, string>
}

const OPTIONS: OptionTable<ShopOptions> = {
  name: option.text,
  port: option.integer(0, 65535),
  retryMs: option.durationMs(1),
  mode: option.oneOf('fast', 'safe', false),
  hosts: option.listOf(option.text),
  secret: option.string,
  onSale: option.func,
  limits: option.nested<NonNullable<ShopOptions['limits']>>({ items: option.integer(1), weight: option.number(0) }),
  trusted: option.either(option.boolean, option.nested<{ proxies?: readonly string[] }>({ proxies: option.any })),
  opened: option.instanceOf(Date),
  labels: option.recordOf(option.string),
}

function refusalOf(given: unknown): { code: string; message: string } {
  try {
    readOptions('createShop()', given as ShopOptions, OPTIONS)
  } catch (error) {
    if (error instanceof ArlenError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('the options were taken')
}

test('returns what was given, without undefined values', () => {
  const given: ShopOptions = {
    name: 'Strickland',
    port: 0,
    retryMs: 1.5,
    mode: false,
    hosts: ['a', 'b'],
    onSale: () => undefined,
    limits: { items: 3 },
    trusted: { proxies: [] },
    opened: new Date(0),
    labels: { a: 'b' },
  }
  expect(readOptions('createShop()', { ...given, secret: undefined } as unknown as ShopOptions, OPTIONS)).toEqual(given)
  expect('secret' in readOptions('createShop()', { secret: undefined } as unknown as ShopOptions, OPTIONS)).toBe(false)
})

test('refuses missing required options, and takes given ones', () => {
  const table: OptionTable<{ dir?: string }> = { dir: option.required(option.text) }
  expect(readOptions('open()', { dir: 'x' }, table)).toEqual({ dir: 'x' })
  for (const given of [undefined, {}, { dir: undefined } as object]) {
    expect(() => readOptions('open()', given, table)).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: 'open(): the option dir must be a string that is not empty, not undefined.',
      }),
    )
  }
})

test('no options are options', () => {
  expect(readOptions('createShop()', undefined, OPTIONS)).toEqual({})
})

test('options that have been read do not change with the given object', () => {
  const given = { limits: { items: 3 } }
  const read = readOptions<ShopOptions>('createShop()', given, OPTIONS)
  given.limits.items = 4
  expect(read.limits?.items).toBe(3)
})

describe('refuses a name that it does not know:', () => {
  test.each([
    [{ prot: 3000 }, 'createShop() has no option prot. Did you mean port?'],
    [{ Name: 'x' }, 'createShop() has no option Name. Did you mean name?'],
    [{ limits: { itmes: 3 } }, 'createShop() has no option limits.itmes. Did you mean limits.items?'],
    [{ limits: { x: 3 } }, 'createShop() has no option limits.x. It takes items, weight.'],
    [{ trusted: { proxys: [] } }, 'createShop() has no option trusted.proxys. Did you mean trusted.proxies?'],
    [{ nothingLikeIt: undefined }, 'createShop() has no option nothingLikeIt. It takes name, port, retryMs, mode'],
    [JSON.parse('{ "__proto__": 1 }'), 'createShop() has no option __proto__.'],
    [{ toString: 1 }, 'createShop() has no option toString.'],
  ])('%j', (given, message) => {
    const { code, message: told } = refusalOf(given)
    expect(code).toBe('option_unknown')
    expect(told).toContain(message)
  })
})

describe('refuses a value that is not what it must be:', () => {
  test.each<[unknown, string]>([
    [{ name: '' }, 'the option name must be a string that is not empty, not "".'],
    [{ port: '80' }, 'the option port must be a whole number from 0 to 65535, not "80".'],
    [{ port: 65536 }, 'not 65536.'],
    [{ port: Number.NaN }, 'not NaN.'],
    [{ port: null }, 'not null.'],
    [{ retryMs: 0 }, 'the option retryMs must be a number of at least 1 milliseconds, not 0.'],
    [{ retryMs: Number.POSITIVE_INFINITY }, 'not Infinity.'],
    [{ mode: 'sfae' }, 'the option mode must be "fast", "safe" or false, not "sfae".'],
    [{ hosts: 'a' }, 'the option hosts must be a list, each item a string that is not empty, not "a".'],
    [{ hosts: ['a', ''] }, 'not a list.'],
    [{ onSale: {} }, 'the option onSale must be a function, not an object.'],
    [{ limits: [] }, 'the option limits must be an object, not a list.'],
    [{ limits: { items: 0 } }, 'the option limits.items must be a whole number of at least 1, not 0.'],
    [{ trusted: 'yes' }, 'the option trusted must be true or false or an object, not "yes".'],
    [{ opened: 0 }, 'the option opened must be an instance of Date, not 0.'],
    [{ labels: { a: 1 } }, 'the option labels must be an object, each value a string, not an object.'],
    ['a string', 'createShop(): the options must be an object, not "a string".'],
    [null, 'createShop(): the options must be an object, not null.'],
    [['name'], 'createShop(): the options must be an object, not a list.'],
  ])('%j', (given, message) => {
    const { code, message: told } = refusalOf(given)
    expect(code).toBe('option_invalid')
    expect(told).toContain(message)
  })

  test('the value of a secret is not shown', () => {
    expect(refusalOf({ secret: 12_345_678 }).message).toBe(
      'createShop(): the option secret must be a string, not the number given.',
    )
  })
})

test('a rule is asked for each option of the type', () => {
  // @ts-expect-error: port has no rule
  const table: OptionTable<{ name?: string; port?: number }> = { name: option.string }
  expect(Object.keys(table)).toEqual(['name'])
})
