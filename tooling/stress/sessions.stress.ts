import { Context, serve } from '@arlen/http'
import { generateSecret, session, withSession } from '@arlen/session'
import { expect, onTestFinished, test } from 'vitest'
import { usedBytes } from './heap.ts'

const VISITORS = 200
const AT_ONCE = 50
const VISITS = 20

test('no user sees the session of another, and every count is right, while keys are rotated', async () => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const start = async (secrets: string[]) => {
    const context = withSession(Context)
    const server = await serve(
      session({ secrets, secure: false })(c => {
        const { session } = c as InstanceType<typeof context>
        if (c.req.path.startsWith('/in/')) session.set('who', c.req.path.slice(4))
        const count = (session.get<number>('count') ?? 0) + 1
        session.set('count', count)
        if (c.req.path === '/out') session.destroy()
        return { who: session.get('who') ?? null, count }
      }),
      { port: 0, context },
    )
    onTestFinished(() => server.close({ graceMs: 0 }))
    return `http://127.0.0.1:${server.address!.port}`
  }
  // Machines that are switched to the new key one after the other: both know both.
  const servers = [await start([older, newer]), await start([newer, older])]
  const visit = async (visitor: number) => {
    let cookie = ''
    const ask = async (path: string, turn: number) => {
      const answer = await fetch(`${servers[turn % 2]}${path}`, { headers: { cookie } })
      cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      return (await answer.json()) as { who: string | null; count: number }
    }
    expect(await ask(`/in/${visitor}`, 0)).toEqual({ who: String(visitor), count: 1 })
    for (let turn = 1; turn < VISITS; turn += 1) {
      expect(await ask('/', turn)).toEqual({ who: String(visitor), count: turn + 1 })
    }
    expect((await ask('/out', 0)).who).toBeNull()
  }
  const all = async () => {
    for (let first = 0; first < VISITORS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => visit(first + at)))
    }
  }
  await all()
  const before = usedBytes()
  await all()
  expect((usedBytes() - before) / (VISITORS * (VISITS + 1))).toBeLessThan(500)
})
