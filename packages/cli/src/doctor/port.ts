import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Diagnosis, fail, ok, type Patient, warn } from './examination.ts'

/** Checks that the application's address is free and permitted. */
export async function examinePort({ root, io }: Patient): Promise<Diagnosis> {
  const { loadConfig } = await import('arlen')
  const { host, port } = loadConfig({ root, env: io.env, lenient: true }).config.http
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return ok(`${host}:${port} is free`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      return warn(
        `${host}:${port} is in use, perhaps by this application`,
        'Stop what listens there, or choose another: PORT=3001',
      )
    }
    const remedy = code === 'EACCES' ? 'Choose a port from 1024 on.' : 'Set http.host to an address of this machine.'
    return fail(`${host}:${port} cannot be listened at (${code})`, remedy)
  } finally {
    server.close()
  }
}
