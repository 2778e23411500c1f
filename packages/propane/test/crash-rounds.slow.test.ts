import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Bin } from './bin.ts'
import { fixture, get, temporaryFolder } from './helpers.ts'

test('kill -9 and start works 100 times out of 100', async () => {
  const folder = temporaryFolder()
  const [pidFile, socketPath, controlSocket] = ['pid', 'app.sock', 'control.sock'].map(name => path.join(folder, name))
  const files = ['--pid-file', pidFile!, '--socket-path', socketPath!, '--control-socket', controlSocket!]
  for (let round = 0; round < 100; round++) {
    const bin = new Bin([fixture('listener.ts'), '--workers', '1', ...files])
    await bin.line('serving on')
    expect((await get('http://localhost/', { socketPath: socketPath! })).status).toBe(200)
    bin.child.kill('SIGKILL')
    await bin.exit
    expect(existsSync(pidFile!)).toBe(true)
  }
})
