// Single-row SELECT by key: @arlen/pg against plain pg.Pool with named statements, bare pg clients and postgres.js, over
// loopback to one embedded PostgreSQL, in one process and interleaved rounds. CPU time is the client's. One query at a time is
// also compared with one bare pg client in pairs of short blocks, which what else the machine does hits alike.
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPg } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'
import pg from 'pg'
import postgres from 'postgres'

const smoke = process.env.BENCH_SMOKE === '1'
const ROUNDS = smoke ? 1 : 9
const QUERIES = smoke ? 64 : 15_000
const KEYS = 10_000
const TEXT = 'select id, name, email from users where id = $1'

const BARE = 'pg, one bare client'
const OURS = '@arlen/pg'

type Query = (id: number) => Promise<unknown>

interface Case {
  query: Query
  close(): Promise<unknown>
}

async function openCases(dsn: string): Promise<Record<string, Case>> {
  const pool = new pg.Pool({ connectionString: dsn, max: 10 })
  const clients = [0, 1].map(() => new pg.Client({ connectionString: dsn, pipeline: true }))
  for (const client of clients) await client.connect()
  const bare = new pg.Client({ connectionString: dsn })
  await bare.connect()
  let turn = 0
  const sql = postgres(dsn, { max: 10 })
  const db = createPg({ dsn, debug: false })
  return {
    'pg.Pool, named': {
      query: id => pool.query({ name: 'by-id', text: TEXT, values: [id] }),
      close: () => pool.end(),
    },
    [BARE]: {
      query: id => bare.query({ name: 'by-id', text: TEXT, values: [id] }),
      close: () => bare.end(),
    },
    'pg, two pipelined clients': {
      query: id => clients[turn++ % 2]!.query({ name: 'by-id', text: TEXT, values: [id] }),
      close: () => Promise.all(clients.map(client => client.end())),
    },
    'postgres.js': {
      query: id => sql`select id, name, email from users where id = ${id}`,
      close: () => sql.end(),
    },
    [OURS]: { query: id => db.query(TEXT, [id]), close: () => db.close() },
  }
}

async function measure(
  query: Query,
  concurrency: number,
  queries: number,
): Promise<{ perSecond: number; cpu: number }> {
  let left = queries
  const work = async () => {
    while (left-- > 0) await query(1 + (left % KEYS))
  }
  const cpuBefore = process.cpuUsage()
  const started = performance.now()
  await Promise.all(Array.from({ length: concurrency }, work))
  const ms = performance.now() - started
  const { user, system } = process.cpuUsage(cpuBefore)
  return { perSecond: (queries / ms) * 1000, cpu: (user + system) / queries }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0
}

async function compareAt(concurrency: number, cases: Record<string, Case>): Promise<void> {
  const queries = concurrency === 1 ? Math.ceil(QUERIES / 3) : QUERIES
  const samples = new Map<string, { perSecond: number[]; cpu: number[] }>()
  for (let round = 0; round <= ROUNDS; round++) {
    const order = Object.entries(cases)
    if (round % 2 === 1) order.reverse()
    for (const [name, { query }] of order) {
      const { perSecond, cpu } = await measure(query, concurrency, queries)
      if (round === 0 && !smoke) continue // warm-up
      const sample = samples.get(name) ?? { perSecond: [], cpu: [] }
      sample.perSecond.push(perSecond)
      sample.cpu.push(cpu)
      samples.set(name, sample)
    }
  }
  if (smoke) return
  const first = samples.get(Object.keys(cases)[0]!)!
  const reference = { perSecond: median(first.perSecond), cpu: median(first.cpu) }
  console.log(`concurrency ${concurrency}`)
  console.table(
    Object.fromEntries(
      Object.keys(cases).map(name => {
        const sample = samples.get(name)!
        const [perSecond, cpu] = [median(sample.perSecond), median(sample.cpu)]
        return [
          name,
          {
            'queries/s': Math.round(perSecond),
            'times the first': Number((perSecond / reference.perSecond).toFixed(2)),
            'client CPU µs/query': Number(cpu.toFixed(2)),
            'of the first': Number((cpu / reference.cpu).toFixed(2)),
          },
        ]
      }),
    ),
  )
}

/** One query at a time, ours and the bare client's in turn: the ratio of each pair, and its median. */
async function compareInPairs(ours: Query, bare: Query): Promise<void> {
  const pairs = smoke ? 1 : 100
  const block = smoke ? 10 : 200
  const [time, cpu]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? [ours, bare] : [bare, ours]
    const first = await measure(order[0]!, 1, block)
    const second = await measure(order[1]!, 1, block)
    const [mine, theirs] = pair % 2 === 0 ? [first, second] : [second, first]
    time.push(theirs.perSecond / mine.perSecond)
    cpu.push(mine.cpu / theirs.cpu)
  }
  if (smoke) return
  const quartiles = (values: number[]) => {
    values.sort((a, b) => a - b)
    return [0.25, 0.5, 0.75].map(part => values[Math.floor(values.length * part)]!.toFixed(3)).join(' ')
  }
  console.log(
    `one query at a time, of ${BARE}, quartiles of ${pairs} pairs: time ${quartiles(time)}, CPU ${quartiles(cpu)}`,
  )
}

const dir = join(tmpdir(), `arlen-bench-pg-${process.pid}`)
const server = await startEmbedded({ dir, durable: false, disposable: true })
try {
  await using db = createPg({ dsn: server.dsn, debug: false })
  await db.execute('create table users (id int primary key, name text not null, email text not null)')
  await db.execute(
    "insert into users select i, 'name ' || i, 'user' || i || '@example.com' from generate_series(1, $1) i",
    [KEYS],
  )
  await db.execute('analyze users')
  const cases = await openCases(server.dsn)
  for (const concurrency of [1, 64, 256]) await compareAt(concurrency, cases)
  await compareInPairs(cases[OURS]!.query, cases[BARE]!.query)
  for (const { close } of Object.values(cases)) await close()
  if (smoke) console.log(`pg: ${Object.keys(cases).join(', ')} run`)
} finally {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
}
