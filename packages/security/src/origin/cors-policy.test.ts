import { describe, expect, test } from 'vitest'
import { corsPolicy } from './cors-policy.ts'

describe('a CORS policy', () => {
  test('allows exact origins, with credentials, and varies by Origin', () => {
    const policy = corsPolicy({ origins: ['https://app.example'], credentials: true, exposed: ['X-Total'] })
    expect(policy.vary).toBe('Origin')
    expect(policy.actual('https://app.example')).toEqual([
      ['Access-Control-Allow-Origin', 'https://app.example'],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Access-Control-Expose-Headers', 'X-Total'],
    ])
    expect(Object.fromEntries(policy.preflight('https://app.example'))).toEqual({
      'Access-Control-Allow-Origin': 'https://app.example',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': 'PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers': 'content-type, authorization, x-csrf-token',
      'Access-Control-Max-Age': '600',
    })
  })

  test.each([
    'https://app.example.evil.test',
    'https://evilapp.example',
    'http://app.example',
    'https://app.example:8443',
    'https://APP.example',
    'null',
    '*',
    '',
  ])('says nothing to %j', origin => {
    const policy = corsPolicy({ origins: ['https://app.example'] })
    expect(policy.actual(origin)).toEqual([])
    expect(policy.preflight(origin)).toEqual([])
  })

  test('answers every origin with *, and then never with credentials', () => {
    const policy = corsPolicy({ origins: '*' })
    expect(policy.vary).toBeUndefined()
    expect(policy.actual('null')).toEqual([['Access-Control-Allow-Origin', '*']])
    expect(() => corsPolicy({ origins: '*', credentials: true })).toThrow(/list the origins/)
  })

  test.each([
    { origins: ['*'] },
    { origins: ['null'] },
    { origins: ['app.example'] },
    { origins: ['https://app.example/'] },
    { origins: ['https://APP.example'] },
    { origins: ['https://app.example:443'] },
    { origins: ['https://a.example'], headers: ['*'], credentials: true },
    { origins: ['https://a.example'], methods: ['A B'] },
    { origins: ['https://a.example'], exposed: ['a\r\nb'] },
    { origins: ['https://a.example'], maxAge: -1 },
  ])('refuses %j at boot', options => {
    expect(() => corsPolicy(options)).toThrow(expect.objectContaining({ code: 'cors_invalid' }))
  })
})
