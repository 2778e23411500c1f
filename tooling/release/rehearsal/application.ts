import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** How long an application may take to start on a busy machine. */
const PATIENCE_MS = 60_000

/** What a user does after a release: create an application, start it, look at it. */
export async function createAndAsk(
  folder: string,
  registryEnv: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<void> {
  mkdirSync(folder)
  const env = { ...process.env, ...registryEnv }
  const words = ['create', '--yes', 'arlen@latest', 'shop', '--', '--lite', '--no-git']
  await promisify(execFile)('npm', words, { cwd: folder, env })
  const port = await freePort()
  const shop = join(folder, 'shop')
  const args = ['arlen', 'propane', '--workers', '1', '--port', String(port)]
  const server = spawn('npx', ['--no-install', ...args], { cwd: shop, env, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(server, 'exit').then(([code]) => assert.fail(`the application ended with ${code}`))
  ended.catch(() => undefined)
  try {
    const response = await Promise.race([answer(`http://127.0.0.1:${port}/hello/you`), ended])
    assert.equal(`${response.status} ${await response.text()}`, '200 {"hello":"you"}')
    say('an application made by npm create arlen from this registry answers: 200 {"hello":"you"}')
  } finally {
    if (server.exitCode === null) {
      server.kill()
      await ended.catch(() => undefined)
    }
  }
}

async function answer(url: string): Promise<Response> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    if (response) return response
    assert.ok(performance.now() < deadline, `${url} does not answer`)
    await new Promise(done => setTimeout(done, 200))
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
