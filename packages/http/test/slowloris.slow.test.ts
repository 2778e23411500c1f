import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const MiB = 1024 * 1024
const ATTACKERS = 1000
let child: ChildProcess
let port = 0
let memoryPort = 0
const OTHERS = 5
const agent = new Agent({ keepAlive: true, maxSockets: OTHERS })

beforeEach(async () => {
  const program = join(import.meta.dirname, '../fixtures/memory-server.ts')
  const limits = JSON.stringify({
    headerTimeoutMs: 2000,
    bodyTimeoutMs: 2000,
    writeTimeoutMs: 2000,
    // On a busy machine clients are late: with their next request, and to read an answer that a reset must not overtake.
    keepAliveTimeoutMs: 60_000,
    lingerTimeoutMs: 60_000,
  })
  child = spawn(process.execPath, ['--expose-gc', '--conditions=@arlen/source', program, limits], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  ;[port = 0, memoryPort = 0] = String(line).split(' ').map(Number)
})
afterEach(async () => {
  agent.destroy()
  child.stdin!.end()
  await once(child, 'exit')
})

async function ask(where: { port: number; agent: Agent | false }): Promise<string> {
  const [answer] = (await once(get(where), 'response')) as [AsyncIterable<Buffer> & { statusCode: number }]
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  expect(answer.statusCode).toBe(200)
  return text
}

/** One hostile connection: it says its opening, then one octet whenever it is told to, for as long as it is let. */
class Attacker {
  received = ''
  closed = false
  private readonly socket: Socket
  private readonly dribble: string

  constructor(kind: { opening: string; dribble: string; reads: boolean }) {
    this.dribble = kind.dribble
    this.socket = connect(port, '127.0.0.1')
    this.socket.write(kind.opening)
    this.socket.on('error', () => undefined) // being cut is what it came for
    this.socket.on('close', () => {
      this.closed = true
    })
    if (kind.reads) this.socket.on('data', chunk => (this.received += String(chunk)))
    else this.socket.pause()
  }

  say(): void {
    if (this.dribble !== '' && this.socket.writable) this.socket.write(this.dribble)
  }

  /** One that does not read does not see that it was cut. */
  look(): void {
    this.socket.resume()
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

const kinds = [
  { opening: 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ', dribble: 'x', reads: true },
  { opening: 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n', dribble: 'x', reads: true },
  { opening: 'GET /endless HTTP/1.1\r\nHost: a\r\n\r\n', dribble: '', reads: false },
  { opening: '', dribble: '', reads: true },
]

test('a thousand clients that dribble or do not read are cut, without harm to others', async () => {
  // The others are connected already: on a busy machine, one that connects meanwhile may itself take 2 s to send its head.
  const askAll = () => Promise.all(Array.from({ length: OTHERS }, () => ask({ port, agent })))
  const timed = async () => {
    const askedAt = performance.now()
    await askAll()
    return performance.now() - askedAt
  }
  const alone: number[] = []
  for (let i = 0; i < 20; i++) alone.push(await timed())
  const before = Number(await ask({ port: memoryPort, agent: false }))
  const started = performance.now()
  const attackers = Array.from({ length: ATTACKERS }, (_, i) => new Attacker(kinds[i % kinds.length]!))
  const dribbling = setInterval(() => {
    for (const attacker of attackers) attacker.say()
  }, 1000)
  const attacked: number[] = []
  let most = 0
  const open = () => attackers.filter(({ closed }) => !closed).length
  try {
    while (open() > 0) {
      attacked.push(await timed())
      most = Math.max(most, Number(await ask({ port: memoryPort, agent: false })) - before)
      // After every time-out has passed, attackers that have not read see that they were cut off.
      if (performance.now() - started > 8_000) for (const attacker of attackers) attacker.look()
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  } finally {
    clearInterval(dribbling)
  }
  /** How many of a kind were told which status; '' if none. */
  const told = (kind: number) => {
    const counts: Record<string, number> = {}
    for (const [i, { received }] of attackers.entries()) {
      if (i % kinds.length !== kind) continue
      const status = received.slice(9, 12)
      counts[status] = (counts[status] ?? 0) + 1
    }
    return counts
  }
  // A head and a body that do not come are 408; a reset may overtake that answer here and there.
  for (const kind of [0, 1]) {
    expect(told(kind)['408'], JSON.stringify(told(kind))).toBeGreaterThan((ATTACKERS / kinds.length) * 0.9)
  }
  // What a busy machine takes of the time, it takes before the attack as well.
  expect(median(attacked)).toBeLessThan(20 * median(alone) + 200)
  expect(most).toBeLessThan(150 * MiB)
})
