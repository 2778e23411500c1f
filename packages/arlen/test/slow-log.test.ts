import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('requests do not wait for a log that is not read', async () => {
  const child = fork(join(import.meta.dirname, 'fixtures/chatty-app.ts'), {
    execArgv: ['--conditions=@arlen/source'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  try {
    const [port] = (await once(child, 'message')) as [number]
    const path = `/${'x'.repeat(3000)}`
    // Some 3 MB of log: a pipe holds 64 KB.
    for (let batch = 0; batch < 20; batch++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`http://127.0.0.1:${port}${path}`)))
      for (const answer of answers) expect(await answer.text()).toBe('ok')
    }
    expect(child.stdout!.readableLength).toBeLessThan(1_000_000)
  } finally {
    child.kill('SIGKILL')
  }
})
