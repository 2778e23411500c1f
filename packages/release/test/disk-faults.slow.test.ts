import { afterEach, expect, test } from 'vitest'
import { activateRelease } from '../src/index.ts'
import { type Failure, failAtCall } from './fail-at-call.ts'
import { countCalls, endHolder, newTarget, options, running } from './stop-before-call.ts'

afterEach(() => {
  failAtCall(0, 'freeze')
})

test.each<[Failure, string]>([
  ['ENOSPC', 'the disk is full'],
  ['EACCES', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
])('%s at any change to the disk is one clear line, or the command has succeeded', async (failure, words) => {
  const calls = await countCalls()
  for (let call = 1; call <= calls; call++) {
    const target = await newTarget()
    failAtCall(call, failure)
    const error = await activateRelease({ target, release: 'r2', ...options }).then(
      () => undefined,
      (thrown: Error) => thrown.message,
    )
    failAtCall(0, failure)
    endHolder(target)
    if (error === undefined) expect(running(target), `call ${call}`).toBe('r2')
    else {
      expect(error, `call ${call}`).toContain(words)
      expect(error.split('\n'), `call ${call}`).toHaveLength(1)
      if (/not touched|Nothing was changed|r1 is current again/.test(error)) {
        expect(running(target), `call ${call}: ${error}`).toBe('r1')
      }
    }
    expect(await activateRelease({ target, release: 'r2', ...options })).toMatchObject({ to: 'r2' })
  }
})
