import type { Server } from 'node:net'

/** What clients speak to a server of Node.js. `tcp`: something that propane does not know. */
export type ServerProtocol = 'http' | 'https' | 'h2' | 'h2c' | 'tcp'

/** Recognizes a server by its members, so that no protocol is loaded just for asking. */
export function protocolOf(server: Server): ServerProtocol {
  const secure = 'setSecureContext' in server
  if ('updateSettings' in server) return secure ? 'h2' : 'h2c'
  if (!('headersTimeout' in server)) return 'tcp'
  return secure ? 'https' : 'http'
}
