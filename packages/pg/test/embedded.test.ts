import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startEmbedded } from '../src/embedded/index.ts'
import { isAlive } from '../src/embedded/start-lock.ts'
import { createPg } from '../src/index.ts'

// What becomes of it when processes are killed, folders are half made and users lack rights: embedded.slow.test.ts.
test('an embedded PostgreSQL starts, keeps its data, and starts again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'arlen-embedded-'))
  await chmod(dir, 0o755) // within reach of the server's user
  try {
    for (const visits of [1n, 2n]) {
      const server = await startEmbedded({ dir: join(dir, 'a "b\' $c'), database: 'a "shop"', durable: false })
      const db = createPg(server.dsn)
      await db.execute('create table if not exists visits (id int)')
      await db.execute('insert into visits values (1)')
      expect(await db.value('select count(*) from visits')).toBe(visits)
      expect(await db.value("select upper('é')")).toBe('É')
      await db.close()
      const misspelled = { nwo: true } as object
      await expect(server.stop(misspelled)).rejects.toMatchObject({ code: 'option_unknown' })
      await server.stop()
      // On a busy machine, the server may outlast the moment that `stop()` waits for other users of it.
      await expect.poll(() => isAlive(server.pid)).toBe(false)
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
