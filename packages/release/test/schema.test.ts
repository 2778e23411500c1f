import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPg } from '@arlen/pg'
import { createTestDatabase } from '@arlen/pg/testing'
import { expect, onTestFinished, test } from 'vitest'
import {
  activateRelease,
  contractRelease,
  expandSchema,
  initTarget,
  pruneReleases,
  rollbackRelease,
} from '../src/index.ts'
import { type FakeRelease, temporaryFolder, writeRelease } from './support.ts'

const create = {
  file: '0001_create.sql',
  phase: 'expand',
  sql: 'create table users (id int, name text, login text);',
} as const
const add = { file: '0002_add.sql', phase: 'expand', sql: 'alter table users add email text;' } as const
const drop = { file: '0003_drop.sql', phase: 'contract', sql: 'alter table users drop login;' } as const
const later = { file: '0004_later.sql', phase: 'expand', sql: 'alter table users add age int;' } as const
const canary = false

async function targetWith(...releases: [id: string, migrations: FakeRelease['migrations']][]) {
  const database = await createTestDatabase()
  const target = temporaryFolder()
  await initTarget(target)
  writeFileSync(join(target, 'shared/env'), `DATABASE_URL=${database.dsn}\n`)
  for (const [id, migrations] of releases) await writeRelease(join(target, 'releases'), { id, migrations: migrations! })
  const pg = createPg(database.dsn)
  onTestFinished(async () => {
    await pg.close()
    await database.drop()
  })
  const columns = async () => {
    const { rows } = await pg.query<{ names: string }>(
      `select string_agg(column_name, ' ' order by ordinal_position) as names from information_schema.columns where table_name = 'users'`,
    )
    return rows[0]!.names
  }
  return { target, columns, dsn: database.dsn }
}

test('an activation expands, leaves contract steps, and contract applies them', async () => {
  const { target, columns } = await targetWith(['r1', [create]], ['r2', [create, add, drop]])
  expect(await activateRelease({ target, release: 'r1', canary })).toMatchObject({ migrated: ['0001_create.sql'] })
  expect(await activateRelease({ target, release: 'r2', canary })).toMatchObject({
    migrated: ['0002_add.sql'],
    deferred: ['0003_drop.sql'],
  })
  expect(await columns()).toBe('id name login email')
  // What r1 uses is still there: it can come back, and r2 after it.
  expect(await rollbackRelease({ target, canary })).toMatchObject({ to: 'r1', migrated: [] })
  expect(await activateRelease({ target, release: 'r2', canary })).toMatchObject({ deferred: ['0003_drop.sql'] })
  const plan = { migrations: ['0003_drop.sql'], excluded: ['r1'] }
  expect(await contractRelease({ target, dryRun: true })).toEqual(plan)
  expect(await columns()).toBe('id name login email')
  expect(await contractRelease({ target })).toEqual(plan)
  expect(await columns()).toBe('id name email')
  expect(await contractRelease({ target })).toEqual({ migrations: [], excluded: [] })
})

test('contract steps wait while an older release still runs, whatever is current', async () => {
  const { target, columns } = await targetWith(['r1', [create]], ['r2', [create, add, drop]])
  for (const release of ['r1', 'r2']) await activateRelease({ target, release, canary })
  const status = (...releases: string[]) =>
    writeFileSync(
      join(target, 'shared/status.json'),
      JSON.stringify({ r2: [{ ok: true, result: { workers: releases.map(release => ({ release })) } }] }),
    )
  status('r2', 'r1')
  await expect(contractRelease({ target })).rejects.toMatchObject({
    code: 'contract_not_applied',
    message: 'r1 still runs, although r2 is current. Reload it first: bin/app reload.',
  })
  expect(await columns()).toBe('id name login email')
  status('r2', 'r2')
  expect(await contractRelease({ target })).toMatchObject({ migrations: ['0003_drop.sql'] })
})

test('a rollback behind a contract step is refused, with the step and what remains possible', async () => {
  const { target } = await targetWith(['r1', [create]], ['r2', [create, add, drop]], ['r3', [create, add, drop, later]])
  for (const release of ['r1', 'r2']) await activateRelease({ target, release, canary })
  await contractRelease({ target })
  await activateRelease({ target, release: 'r3', canary })
  await expect(rollbackRelease({ target, to: 'r1', canary })).rejects.toMatchObject({
    code: 'rollback_forbidden',
    message: 'r1 can no longer run: 0003_drop removed something it uses. Possible: r2, r3.',
  })
  await expect(activateRelease({ target, release: 'r1', canary })).rejects.toMatchObject({ code: 'schema_ahead' })
  expect(await rollbackRelease({ target, canary })).toMatchObject({ to: 'r2' })
})

test('steps of a deleted release count as contract steps', async () => {
  const { target } = await targetWith(['r1', [create]], ['r2', [create, add]])
  for (const release of ['r1', 'r2', 'r1']) await activateRelease({ target, release, canary })
  await expect(rollbackRelease({ target, canary })).resolves.toMatchObject({ to: 'r2' })
  await activateRelease({ target, release: 'r1', canary })
  const { removeTree } = await import('../src/target/target-folder.ts')
  await removeTree(join(target, 'releases/r2'))
  await writeRelease(join(target, 'releases'), { id: 'r0', migrations: [create] })
  await expect(activateRelease({ target, release: 'r0', canary })).rejects.toMatchObject({
    code: 'schema_ahead',
    message: expect.stringContaining('0002_add'),
  })
  expect(await pruneReleases({ target, dryRun: true })).toEqual(['r0'])
})

test('an expand step behind a contract step waits for contract, and nothing is changed', async () => {
  const { target, columns } = await targetWith(['r1', [create]], ['r2', [create, drop, later]])
  await activateRelease({ target, release: 'r1', canary })
  await expect(activateRelease({ target, release: 'r2', canary })).rejects.toMatchObject({
    code: 'contract_in_between',
  })
  expect(await columns()).toBe('id name login')
})

test('the first release gets every step', async () => {
  const { target, columns } = await targetWith(['r1', [create, drop, later]])
  expect(await activateRelease({ target, release: 'r1', canary })).toMatchObject({ deferred: [] })
  expect(await columns()).toBe('id name age')
})

test('a new machine beside others takes nothing away from them', async () => {
  const { target, columns } = await targetWith(['r1', [create]])
  await activateRelease({ target, release: 'r1', canary })
  const fresh = temporaryFolder()
  await initTarget(fresh)
  writeFileSync(join(fresh, 'shared/env'), readFileSync(join(target, 'shared/env')))
  await writeRelease(join(fresh, 'releases'), { id: 'r2', migrations: [create, add, drop] })
  expect(await activateRelease({ target: fresh, release: 'r2', canary })).toMatchObject({
    migrated: ['0002_add.sql'],
    deferred: ['0003_drop.sql'],
  })
  expect(await columns()).toBe('id name login email')
})

test('a migration that fails leaves the running release', async () => {
  const broken = { file: '0002_broken.sql', phase: 'expand', sql: 'alter table nobody add email text;' } as const
  const { target } = await targetWith(['r1', [create]], ['r2', [create, broken]])
  await activateRelease({ target, release: 'r1', canary })
  await expect(activateRelease({ target, release: 'r2', canary })).rejects.toMatchObject({
    message: expect.stringContaining('0002_broken.sql'),
  })
  expect(await rollbackRelease({ target, canary }).catch(error => error.code)).toBe('no_previous')
})

test('without a running release there is nothing to contract', async () => {
  const { target } = await targetWith(['r1', [create]])
  await expect(contractRelease({ target })).rejects.toMatchObject({ code: 'contract_not_applied' })
})

test('without a target, a release expands the schema and names what waits; an empty database gets all', async () => {
  const { target, columns, dsn } = await targetWith(['r1', [create]], ['r2', [create, add, drop]])
  const rootOf = (id: string) => join(target, 'releases', id)
  expect(await expandSchema({ root: rootOf('r1'), dsn })).toEqual({ migrations: ['0001_create.sql'], deferred: [] })
  const expanded = { migrations: ['0002_add.sql'], deferred: ['0003_drop.sql'] }
  expect(await expandSchema({ root: rootOf('r2'), dsn, dryRun: true })).toEqual(expanded)
  expect(await columns()).toBe('id name login')
  expect(await expandSchema({ root: rootOf('r2'), dsn })).toEqual(expanded)
  expect(await columns()).toBe('id name login email')
  expect(await expandSchema({ root: rootOf('r2'), dsn })).toEqual({ migrations: [], deferred: ['0003_drop.sql'] })
  const empty = await targetWith(['r2', [create, add, drop]])
  const all = { migrations: ['0001_create.sql', '0002_add.sql', '0003_drop.sql'], deferred: [] }
  expect(await expandSchema({ root: join(empty.target, 'releases/r2'), dsn: empty.dsn })).toEqual(all)
})
