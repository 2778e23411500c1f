import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Embedded, startEmbedded } from '../src/embedded/index.ts'
import { createPg } from '../src/index.ts'
import { rejection, until } from './helpers.ts'

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const name = hasOpenssl() ? 'over TLS' : 'over TLS (skipped: openssl, which makes the certificate, is not installed)'

describe.skipIf(!hasOpenssl())(name, () => {
  let dir: string
  let server: Embedded
  let ca: string

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'arlen-tls-'))
    await chmod(dir, 0o755)
    const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
      { stdio: 'ignore' },
    )
    await chmod(key, 0o600)
    if (process.getuid?.() === 0) await chown(key, 65_534, 65_534)
    ca = await readFile(certificate, 'utf8')
    const settings = { ssl: 'on', ssl_key_file: key, ssl_cert_file: certificate }
    server = await startEmbedded({ dir: join(dir, 'pg'), durable: false, settings })
  })

  afterAll(async () => {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  })

  const encrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'

  test('queries and transactions are encrypted, and the certificate is checked', async () => {
    await using db = createPg({ dsn: server.dsn, ssl: { ca } })
    expect(await db.value(encrypted)).toBe(true)
    expect(await db.tx(tx => tx.value(encrypted))).toBe(true)
    await using byUrl = createPg(
      `${server.dsn}?sslmode=verify-full&sslrootcert=${encodeURIComponent(join(dir, 'certificate.pem'))}`,
    )
    expect(await byUrl.value(encrypted)).toBe(true)
    await using distrustful = createPg({ dsn: server.dsn, ssl: true })
    expect(await rejection(distrustful.query('select 1'))).toMatchObject({
      code: 'connect_failed',
      message: expect.stringContaining('the certificate is self-signed'),
    })
  })

  test('a query is canceled', async () => {
    await using db = createPg({ dsn: server.dsn, ssl: { ca }, max: 2 })
    await using watcher = createPg({ dsn: server.dsn, ssl: { ca }, max: 1 })
    const stop = new AbortController()
    const query = rejection(db.query('select pg_sleep(60)', [], { signal: stop.signal, isolated: true }))
    // Leased it is before it is sent: an abort then has nothing to cancel.
    const running = "select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'"
    await until(async () => (await watcher.maybeOne(running)) !== undefined)
    stop.abort()
    expect(await query).toMatchObject({ code: 'query_aborted' })
    await until(() => db.stats().leased === 0)
    expect(db.stats().total).toBe(1) // it was canceled, and not cut
  })
})
