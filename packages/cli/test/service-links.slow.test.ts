import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryApp } from './temporary-app.ts'

// Kubernetes describes each service of a namespace to every container in it, by variables named after the service.
const SERVICES = ['arlen', 'arlen-http', 'arlen-db', 'arlen-env', 'arlen-release', 'arlen-propane', 'arlen-boomhauer']
const LINKS = Object.fromEntries(
  [...SERVICES, 'boomhauer', 'propane'].flatMap(service => {
    const name = service.toUpperCase().replaceAll('-', '_')
    return [
      [`${name}_SERVICE_HOST`, '10.0.0.1'],
      [`${name}_SERVICE_PORT`, '3000'],
      [`${name}_SERVICE_PORT_WEB`, '3000'],
      [`${name}_PORT`, 'tcp://10.0.0.1:3000'],
      [`${name}_PORT_3000_TCP`, 'tcp://10.0.0.1:3000'],
      [`${name}_PORT_3000_TCP_PROTO`, 'tcp'],
      [`${name}_PORT_3000_TCP_PORT`, '3000'],
      [`${name}_PORT_3000_TCP_ADDR`, '10.0.0.1'],
    ]
  }),
)

const scaffolded = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../create-arlen/templates/lite', name), 'utf8')

function app() {
  const runtime = mkdtempSync(join(tmpdir(), 'arlen-run-'))
  onTestFinished(() => rmSync(runtime, { recursive: true }))
  const secrets = { ARLEN_SESSION_SECRETS: randomBytes(32).toString('base64url') }
  const env = { ...LINKS, ...secrets, XDG_RUNTIME_DIR: runtime, ARLEN_PROPANE_PRE_STOP_DELAY: '0' }
  return { app: temporaryApp({ 'app.ts': scaffolded('app.ts') }), env }
}

test.each([
  ['routes', /GET +\/hello\/:name/],
  ['config', /http\.port = 3000 {2}\(default\)/],
  ['config --env production', /http\.port = 3000 {2}\(default\)/],
  ['boomhauer --once --typecheck off', /ready in/],
  ['doctor', /Node\.js/],
])('arlen %s runs beside services called arlen', async (command, output) => {
  const { app: temporary, env } = app()
  const { code, out, err } = await temporary.arlen(command.split(' '), { env })
  expect({ code, err, out }).toMatchObject({ code: 0, out: expect.stringMatching(output) })
  expect(err).not.toMatch(/did you mean|no such/)
})

test.each(['development', 'production'])('propane serves beside services called arlen, in %s', async environment => {
  const { app: temporary, env } = app()
  const server = temporary.start(['propane', '--workers', '1', '--port', '0'], {
    env: { ...env, ARLEN_ENV: environment, NODE_ENV: environment },
  })
  onTestFinished(() => void server.kill('SIGKILL'))
  server.stderr!.resume()
  let url: string | undefined
  const lines: string[] = []
  for await (const line of createInterface({ input: server.stdout! })) {
    lines.push(line)
    url = /serving on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (url) break
  }
  expect(url, lines.join('\n')).toBeDefined()
  expect(await (await fetch(`${url}/hello/Hank`)).json()).toEqual({ hello: 'Hank' })
})
