import { describe, expect, test, vi } from 'vitest'
import { Session, type SessionRecord } from './session.ts'

declare module './session.ts' {
  interface SessionData {
    typed: { count: number }
  }
}

const link = { now: () => 1_000, mayChange: () => true }
const record = (data: Record<string, unknown> = {}): SessionRecord => ({
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  createdAt: 500,
  user: undefined,
  data,
})

describe('a session', () => {
  test('keeps what is set, typed where its keys are declared, and forgets what is deleted', () => {
    const session = new Session(link)
    expect(session.isNew).toBe(true)
    session.set('typed', { count: 1 })
    session.set('free', [1, 2])
    const typed: { count: number } | undefined = session.get('typed')
    expect(typed).toEqual({ count: 1 })
    expect(session.get('free')).toEqual([1, 2])
    expect(session.has('free')).toBe(true)
    session.delete('free')
    session.set('typed', undefined as never)
    expect([session.has('free'), session.has('typed')]).toEqual([false, false])
    expect(session.pending()?.record?.data).toStrictEqual({})
  })

  test('says when it began, in milliseconds, and whether the browser had it', () => {
    const [old, fresh] = [new Session(link, record()), new Session(link)]
    expect([old.createdAt, old.isNew]).toEqual([500_000, false])
    expect([fresh.createdAt, fresh.isNew]).toEqual([1_000_000, true])
  })

  test('a login that says nothing else has the epoch 0 and is recent; a remembered one is not', () => {
    const session = new Session(link)
    session.login(7)
    expect(session.user).toEqual({ id: 7, epoch: 0, at: 1_000 })
    session.login(7, { remembered: true })
    expect(session.user).toEqual({ id: 7, epoch: 0, at: 0 })
  })

  test('shows copies of what is in it, which change nothing', () => {
    const session = new Session(link, record({ name: 'Ada', cart: [{ n: 1 }] }))
    const entries = session.entries()
    expect(entries).toEqual([
      ['name', 'Ada'],
      ['cart', [{ n: 1 }]],
    ])
    ;(entries[1]![1] as object[]).pop()
    expect(session.pending()).toBeUndefined()
    expect(session.get('cart')).toEqual([{ n: 1 }])
    expect(new Session(link).entries()).toEqual([])
  })

  test('has nothing to write when it was only read, and nothing when it was never there', () => {
    const session = new Session(link, record({ name: 'Ada', cart: [{ n: 1 }] }))
    session.get('name')
    session.get('cart')
    session.has('nothing')
    session.delete('nothing')
    expect(session.id).toBe('AAAAAAAAAAAAAAAAAAAAAA')
    expect(session.pending()).toBeUndefined()
    const none = new Session(link)
    none.get('name')
    expect(none.id).toHaveLength(22)
    expect(none.pending()).toBeUndefined()
  })

  test('notices a change inside a value that get returned', () => {
    const session = new Session(link, record({ cart: [{ n: 1 }] }))
    session.get<{ n: number }[]>('cart')!.push({ n: 2 })
    expect(session.pending()).toMatchObject({ record: { data: { cart: [{ n: 1 }, { n: 2 }] } }, isNew: false })
    session.settle()
    expect(session.pending()).toBeUndefined()
    session.get<{ n: number }[]>('cart')!.pop()
    expect(session.pending()).toBeDefined()
  })

  test('login makes a new id, keeps only what is listed, and remembers user, epoch and time', () => {
    const session = new Session(link, record({ cart: [1], draft: 'x', constructor: 'own' }))
    session.login(7, { keep: ['cart', 'absent', 'toString'], epoch: 3 })
    const pending = session.pending()
    expect(pending?.replaced?.id).toBe('AAAAAAAAAAAAAAAAAAAAAA')
    expect(pending?.isNew).toBe(true)
    expect(pending?.record?.id).not.toBe('AAAAAAAAAAAAAAAAAAAAAA')
    expect(pending?.record).toMatchObject({
      createdAt: 1_000,
      user: { id: 7, epoch: 3, at: 1_000 },
      data: { cart: [1] },
    })
    expect(Object.keys(pending!.record!.data)).toEqual(['cart'])
  })

  test('logout and destroy forget everything, and what is set afterwards is another session', () => {
    const session = new Session(link, record({ name: 'Ada' }))
    session.logout()
    expect(session.user).toBeUndefined()
    expect(session.get('name')).toBeUndefined()
    expect(session.pending()).toMatchObject({
      record: undefined,
      replaced: { id: 'AAAAAAAAAAAAAAAAAAAAAA' },
      isNew: true,
    })
    session.set('fresh', 1)
    const pending = session.pending()
    expect(pending?.record?.data).toEqual({ fresh: 1 })
    expect(pending?.record?.id).not.toBe('AAAAAAAAAAAAAAAAAAAAAA')
  })

  test('regenerate keeps contents and login under a new id', () => {
    const session = new Session(link, { ...record({ a: 1 }), user: { id: 1, epoch: 0, at: 1 } })
    session.regenerate()
    expect(session.pending()).toMatchObject({
      record: { createdAt: 500, user: { id: 1 }, data: { a: 1 } },
      replaced: { id: 'AAAAAAAAAAAAAAAAAAAAAA' },
    })
  })

  test('persist keeps an empty session once, so that a token can be bound to its id', () => {
    const session = new Session(link)
    const id = session.persist()
    expect(session.pending()?.record?.id).toBe(id)
    session.settle()
    expect(session.persist()).toBe(id)
    expect(session.pending()).toBeUndefined()
    const existing = new Session(link, record())
    existing.persist()
    expect(existing.pending()).toBeUndefined()
  })

  test('does not mistake what every object has for its own keys', () => {
    const session = new Session(link, record(JSON.parse('{"__proto__":{"admin":true}}')))
    expect(session.get('constructor')).toBeUndefined()
    expect(session.get('toString')).toBeUndefined()
    expect(session.get('admin')).toBeUndefined()
    expect(() => session.set('__proto__', {})).toThrow(expect.objectContaining({ code: 'session_key_invalid' }))
    expect(() => session.set('', 1)).toThrow(expect.objectContaining({ code: 'session_key_invalid' }))
  })

  test('asks before each change, and drops what may not be', () => {
    const mayChange = vi.fn(() => false)
    const session = new Session({ ...link, mayChange }, record({ a: 1 }))
    session.set('b', 2)
    session.delete('a')
    session.regenerate()
    session.login(1)
    session.destroy()
    expect(mayChange).toHaveBeenCalledTimes(5)
    expect(session.pending()).toBeUndefined()
    expect(session.get('a')).toBe(1)
  })
})
