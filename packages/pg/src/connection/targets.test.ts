import { expect, onTestFinished, test, vi } from 'vitest'
import { checkRole, SESSION_ATTRS, type Target, type TargetSessionAttrs, Targets, triedForMs } from './targets.ts'

const servers: Target[] = ['a', 'b', 'c'].map((host, i) => ({ host, port: 5432 + i }))

/** Connects to the servers that are up, and says which were tried. */
function trying(attrs: TargetSessionAttrs, shuffle = false) {
  const targets = new Targets(servers, attrs, shuffle)
  const tried: string[] = []
  const connect = (up: string) =>
    targets.connect(async ({ host }, role) => {
      tried.push(`${host} ${role}`)
      if (!up.split(' ').includes(`${host}:${role}`)) throw new Error(`${host} is down`)
      return host
    })
  return { connect, tried: () => tried.splice(0) }
}

test('servers are tried in order, the last that worked first', async () => {
  const { connect, tried } = trying('any')
  expect([await connect('b:any c:any'), tried()]).toEqual(['b', ['a any', 'b any']])
  expect([await connect('a:any'), tried()]).toEqual(['a', ['b any', 'c any', 'a any']])
  expect([await connect('a:any'), tried()]).toEqual(['a', ['a any']])
})

test('balanced clients begin with a random one', async () => {
  const random = vi.spyOn(Math, 'random')
  onTestFinished(() => random.mockRestore())
  const first = async (number: number) => {
    random.mockReturnValue(number)
    return trying('any', true).connect('a:any b:any c:any')
  }
  expect([await first(0), await first(0.5), await first(0.99)]).toEqual(['a', 'b', 'c'])
})

test('a standby is preferred by looking for one everywhere before taking any', async () => {
  const { connect, tried } = trying('prefer-standby')
  expect(await connect('a:any c:standby')).toBe('c')
  expect(tried()).toEqual(['a standby', 'b standby', 'c standby'])
  expect(await connect('a:any')).toBe('a')
  expect(tried()).toEqual(['c standby', 'a standby', 'b standby', 'c any', 'a any'])
})

test('if none of several will do, the error has the reason of each', async () => {
  const failure = trying('primary').connect('')
  await expect(failure).rejects.toMatchObject({
    code: 'connect_failed',
    message:
      'The database cannot be reached. None of the servers will do:\n  a:5432: a is down\n  b:5433: b is down\n  c:5434: c is down. Check the URL, and whether one of them runs.',
    cause: { message: 'a is down' },
  })
  const odd = new Targets(servers.slice(0, 2), 'any', false).connect(() => Promise.reject('no error'))
  await expect(odd).rejects.toThrow('a:5432: no error\n  b:5433: no error')
})

test('the error of a single server is its own, unless it has the wrong role', async () => {
  const one = new Targets(servers.slice(0, 1), 'primary', false)
  const own = new Error('a is down')
  await expect(one.connect(() => Promise.reject(own))).rejects.toBe(own)
  const role = Object.assign(new Error('a is a standby'), { code: 'session_role' })
  await expect(one.connect(() => Promise.reject(role))).rejects.toMatchObject({
    code: 'connect_failed',
    message: expect.stringContaining('a:5432: a is a standby'),
  })
})

test.each([
  [5000, 1, 5000],
  [5000, 2, 1250],
  [12_000, 3, 2000],
  [5000, 3, 1000],
  [10, 1, 10],
])('of %d ms for connecting to %d servers, each has %d at first', (limit, count, each) => {
  expect(triedForMs(limit, count)).toBe(each)
})

/** Which roles a server may have, and what it is called. */
const ROLES = [
  { standby: false, readOnly: false, is: 'the primary', fits: ['any', 'read-write', 'primary'] },
  { standby: false, readOnly: true, is: 'read-only', fits: ['any', 'read-only', 'primary'] },
  { standby: true, readOnly: true, is: 'a standby', fits: ['any', 'read-only', 'standby', 'prefer-standby'] },
]
test.each(ROLES.flatMap(role => SESSION_ATTRS.map(attrs => ({ ...role, attrs }))))(
  'asked for $attrs, $is will do: $fits',
  async ({ attrs, standby, readOnly, is, fits }) => {
    const checking = checkRole(attrs, async () => [{ standby, readOnly }])
    if (fits.includes(attrs)) return expect(await checking).toBeUndefined()
    await expect(checking).rejects.toMatchObject({
      code: 'session_role',
      message: `The server is ${is}, but target_session_attrs requires ${attrs}.`,
    })
  },
)

test('a server of any role is not asked for it', async () => {
  const query = vi.fn()
  await checkRole('any', query)
  expect(query).not.toHaveBeenCalled()
})
