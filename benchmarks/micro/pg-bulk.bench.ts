// A million rows in, out and streamed: @arlen/pg against psql on the same files, over loopback to one embedded PostgreSQL, in
// interleaved rounds. psql is a process of its own, so each of its times includes its start, which `psql, nothing` shows.
import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { copyRows, createPg, type Pg } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'

const smoke = process.env.BENCH_SMOKE === '1'
const ROWS = smoke ? 1_000 : 1_000_000
const ROUNDS = smoke ? 1 : 5
const SELECT = 'select id, name, email, at from people'
const SEED = `
  create unlogged table people (id int not null, name text not null, email text not null, at timestamptz not null);
  insert into people select i, 'name ' || i, 'user' || i || '@example.com', '2026-01-01'::timestamptz + i * interval '1 s'
  from generate_series(1, ${ROWS}) i;
  vacuum analyze people`

type Work = () => Promise<unknown>

/** By name: ours and the reference it is compared with. */
type Pairs = Record<string, { ours: Work; psql: Work }>

const run = promisify(execFile)

function pairsOf(db: Pg, dsn: string, dir: string): Pairs {
  const [file, ours, theirs] = [join(dir, 'people.tsv'), join(dir, 'ours.tsv'), join(dir, 'theirs.tsv')]
  const psql = (...args: string[]) => run('psql', [dsn, '-XqAt', '-v', 'ON_ERROR_STOP=1', ...args])
  const readAll = async (batch?: number) => {
    let rows = 0
    for await (const _ of db.stream(SELECT as string, [], batch === undefined ? {} : { batch })) rows++
    if (rows !== ROWS) throw new Error(`${rows} rows were streamed`)
  }
  return {
    'psql, nothing': { ours: () => psql('-c', 'select 1'), psql: () => psql('-c', 'select 1') },
    'COPY in': {
      ours: () => db.copyFrom('copy copies from stdin', createReadStream(file)),
      psql: () => psql('-c', `\\copy copies from '${file}'`),
    },
    'COPY out': {
      ours: () => pipeline(db.copyTo('copy people to stdout'), createWriteStream(ours)),
      psql: () => psql('-c', `\\copy people to '${theirs}'`),
    },
    'rows streamed (psql: all at once)': {
      ours: () => readAll(),
      psql: () => psql('-o', '/dev/null', '-c', SELECT),
    },
    'rows streamed, 500 at a time': {
      ours: () => readAll(500),
      psql: () => psql('-v', 'FETCH_COUNT=500', '-o', '/dev/null', '-c', SELECT),
    },
    'rows streamed, 5,000 at a time': {
      ours: () => readAll(5_000),
      psql: () => psql('-v', 'FETCH_COUNT=5000', '-o', '/dev/null', '-c', SELECT),
    },
    'copyRows in (psql: COPY of the text)': {
      ours: async () => db.copyFrom('copy copies from stdin', copyRows(made())),
      psql: () => psql('-c', `\\copy copies from '${file}'`),
    },
  }
}

function* made(): Generator<[number, string, string, string]> {
  for (let i = 1; i <= ROWS; i++) yield [i, `name ${i}`, `user${i}@example.com`, '2026-01-01T00:00:00Z']
}

async function timed(db: Pg, work: Work): Promise<number> {
  await db.execute('truncate copies')
  const started = performance.now()
  await work()
  return performance.now() - started
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

async function measure(db: Pg, pairs: Pairs): Promise<void> {
  const times = new Map(Object.keys(pairs).map(name => [name, { ours: [] as number[], psql: [] as number[] }]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, pair] of Object.entries(pairs)) {
      for (const who of round % 2 === 0 ? (['psql', 'ours'] as const) : (['ours', 'psql'] as const)) {
        times.get(name)![who].push(await timed(db, pair[who]))
      }
    }
  }
  if (smoke) return console.log(`pg-bulk: ${Object.keys(pairs).join(', ')} run`)
  const row = ({ ours, psql }: { ours: number[]; psql: number[] }) => ({
    'ours ms': Math.round(median(ours)),
    'psql ms': Math.round(median(psql)),
    'ours / psql': Number((median(ours) / median(psql)).toFixed(2)),
  })
  console.table(Object.fromEntries([...times].map(([name, each]) => [name, row(each)])))
}

const dir = join(tmpdir(), `arlen-bench-pg-bulk-${process.pid}`)
await mkdir(dir)
const server = await startEmbedded({ dir: join(dir, 'data'), durable: false, disposable: true })
try {
  const version = await run('psql', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
  if (version === undefined) throw new Error('psql is not installed: it is what COPY and streaming are compared with')
  await using db = createPg({ dsn: server.dsn, debug: false, statementTimeoutMs: 0 })
  for (const text of SEED.split(';\n')) await db.execute(text as string, [], { prepare: false })
  await db.execute('create unlogged table copies (like people)')
  await run('psql', [server.dsn, '-Xqc', `\\copy people to '${join(dir, 'people.tsv')}'`])
  console.log(`${ROWS} rows, ${(await stat(join(dir, 'people.tsv'))).size} bytes; ${version}`)
  await measure(db, pairsOf(db, server.dsn, dir))
} finally {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
}
