import { describe, expect, test } from 'vitest'
import { type AddressInput, readAddress, readAddresses } from './address.ts'

const read = (given: unknown) => readAddress('welcome', 'to', given as AddressInput)

describe('readAddress', () => {
  test.each<[AddressInput, string, string]>([
    ['ada@example.com', '', 'ada@example.com'],
    [' ada@example.com ', '', 'ada@example.com'],
    ['Ada Lovelace <ada@example.com>', 'Ada Lovelace', 'ada@example.com'],
    ['"Ada" <ada@example.com>', 'Ada', 'ada@example.com'],
    ['<ada@example.com>', '', 'ada@example.com'],
    [{ name: 'Lovelace, Ada', address: 'ada@example.com' }, 'Lovelace, Ada', 'ada@example.com'],
    ['josé@exämple.com', '', 'josé@exämple.com'],
    ['ada+orders@sub.example.com', '', 'ada+orders@sub.example.com'],
    ['root@localhost', '', 'root@localhost'],
  ])('reads %j', (given, name, address) => {
    expect(read(given)).toEqual({ name, address })
  })

  test.each<[unknown]>([
    ['ada@example.com\nBcc: all@example.com'],
    ['ada@example.com\r\n'],
    ['Ada\r\nBcc: all@example.com <ada@example.com>'],
    [{ name: 'Ada\nBcc: x@example.com', address: 'ada@example.com' }],
    [{ name: 'Ada', address: 'ada@example.com\u0000' }],
    ['ada@example.com\u2028'],
  ])('refuses the control character in %j', given => {
    expect(() => read(given)).toThrow(/to contains a control character/)
  })

  test.each<[unknown]>([
    ['ada@example.com, hank@example.com'],
    ['ada@example.com;hank@example.com'],
    ['hank@example.com, Ada <ada@example.com>'],
    [''],
    ['ada'],
    ['@example.com'],
    ['ada@'],
    ['a b@example.com'],
    ['ada@@example.com'],
    ['Ada <ada@example.com> <hank@example.com>'],
    [`${'a'.repeat(250)}@example.com`],
    [{ address: 'Ada <ada@example.com>' }],
    [{}],
    [null],
    [7],
  ])('refuses %j, which is not one address, without repeating it', given => {
    const error = (() => {
      try {
        return read(given)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ code: 'mail_address_invalid' })
    expect((error as Error).message).not.toContain('hank@')
  })

  test('says which of several it was', () => {
    expect(() => readAddresses('welcome', 'cc', ['ada@example.com', 'hank'])).toThrow(/cc\[1\] is not one e-mail/)
  })
})
