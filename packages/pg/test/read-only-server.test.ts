import { expect, test } from 'vitest'
import { createPg } from '../src/index.ts'
import { rejection } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn } = await openDatabase('create table written (by text)')

/** Has a server that could be written to turn read-only under a connection, as one that has been demoted does, and writes twice. */
async function writeTwice(
  targetSessionAttrs: 'read-write' | 'primary' | 'any',
): Promise<{ code: unknown; isSame: boolean }> {
  await using db = createPg({ dsn, max: 1, targetSessionAttrs })
  const backend = () => db.value<number>('select pg_backend_pid()')
  const before = await backend()
  await db.query("update pg_settings set setting = 'on' where name = 'default_transaction_read_only'")
  const { code } = (await rejection(db.query('insert into written values ($1)', [targetSessionAttrs]))) as {
    code?: string
  }
  return { code, isSame: before === (await backend()) }
}

test.each(['read-write', 'primary'] as const)(
  'a connection to a server that has become read-only is not used again where it has to be %s',
  async attrs => {
    expect(await writeTwice(attrs)).toEqual({ code: 'read_only_sql_transaction', isSame: false })
  },
)

test('it is used again where any server will do', async () => {
  expect(await writeTwice('any')).toEqual({ code: 'read_only_sql_transaction', isSame: true })
})
