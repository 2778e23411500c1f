import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures', name), 'utf8')
/** The certificate of the server, for localhost and 127.0.0.1, which signs itself. */
export const CERTIFICATE: string = fixture('localhost.cert.pem')
export const USER = 'shop'
export const PASSWORD = 'propane & propane accessories'

/** What arrived: the envelope (RFC 5321) and the parsed message. */
export interface Arrived {
  mailFrom: string
  rcptTo: string[]
  encrypted: boolean
  raw: string
  mail: ParsedMail
}

export interface MailServer extends AsyncDisposable {
  port: number
  arrived: Arrived[]
  connections: number
}

/** A mail server on the loopback. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const arrived: Arrived[] = []
  const server = new SMTPServer({
    key: fixture('localhost.key.pem'),
    cert: CERTIFICATE,
    authOptional: true,
    closeTimeout: 100,
    onConnect: (_, done) => {
      result.connections += 1
      done()
    },
    onAuth: ({ username, password }, _, done) =>
      isDeepStrictEqual([username, password], [USER, PASSWORD])
        ? done(null, { user: username })
        : done(new Error(`535 no such login ${username} ${password}`)),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', chunk => chunks.push(chunk))
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks)
        arrived.push({
          mailFrom: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          rcptTo: session.envelope.rcptTo.map(({ address }) => address),
          encrypted: session.secure,
          raw: raw.toString(),
          mail: await simpleParser(raw),
        })
        done()
      })
    },
    ...options,
  })
  // Handshakes that a client ends are what some tests are about.
  server.on('error', () => undefined)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const result: MailServer = {
    port: (server.server.address() as AddressInfo).port,
    arrived,
    connections: 0,
    [Symbol.asyncDispose]: () => new Promise(resolve => void server.close(() => resolve())),
  }
  return result
}
