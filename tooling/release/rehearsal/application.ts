import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const APPLICATION = `import { createApp } from 'arlen'

const app = createApp()
app.get('/', () => 'Hello')

const { port } = await app.listen({ port: 0 })
console.log(port)
`

/** What a user does after a release: install by name, start, ask. */
export async function installAndAsk(
  folder: string,
  registryEnv: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<void> {
  mkdirSync(folder)
  const env = { ...process.env, ...registryEnv }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
  writeFileSync(join(folder, 'app.ts'), APPLICATION)
  await promisify(execFile)('npm', ['install', '--prefer-offline', 'arlen'], { cwd: folder, env })
  const server = spawn(process.execPath, ['app.ts'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await Promise.race([
      once(createInterface(server.stdout), 'line'),
      once(server, 'exit').then(([code]) => assert.fail(`the application ended with ${code}`)),
    ])
    const response = await fetch(`http://127.0.0.1:${port}/`)
    assert.equal(`${response.status} ${await response.text()}`, '200 Hello')
    say('an application installed from the registry answers: 200 Hello')
  } finally {
    server.kill()
  }
}
