import type { ServerResponse } from 'node:http'
import type { ForeignHeaders } from './foreign-context.ts'

/** The header fields of a response of Node.js, such as Express's. */
export function nodeHeaders(response: ServerResponse): ForeignHeaders {
  return {
    get: name => response.getHeader(name)?.toString(),
    set: (name, value) => void response.setHeader(name, value),
    append: (name, value) => void response.appendHeader(name, value),
    remove: name => response.removeHeader(name),
    sent: () => response.headersSent,
  }
}

/** The part of a Fastify reply that is needed. */
export interface FastifyReplyHeaders {
  getHeader(name: string): number | string | string[] | undefined
  header(name: string, value: string): unknown
  removeHeader(name: string): unknown
  readonly raw: { readonly headersSent: boolean }
}

/** The header fields of a Fastify reply. */
export function fastifyHeaders(reply: FastifyReplyHeaders): ForeignHeaders {
  return {
    get: name => reply.getHeader(name)?.toString(),
    set: (name, value) => void reply.header(name, value),
    // Fastify appends Set-Cookie fields; of other fields it keeps the last.
    append: (name, value) => {
      const known = name.toLowerCase() === 'set-cookie' ? undefined : reply.getHeader(name)
      reply.header(name, known === undefined ? value : `${known}, ${value}`)
    },
    remove: name => void reply.removeHeader(name),
    sent: () => reply.raw.headersSent,
  }
}

/** The options of a Fastify plugin, without those that Fastify itself passes, such as `prefix`. */
export function withoutFastifyOptions<Own extends object>(settings: Own): Own {
  const { prefix, logLevel, logSerializers, encapsulate, ...own } = settings as Record<string, unknown>
  return own as Own
}

/** Makes what Fastify plugins register visible outside of them, as fastify-plugin does. */
export function unscopeFastifyPlugins(...plugins: readonly object[]): void {
  for (const plugin of plugins) Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}
